import type { ScalingRule } from '../../core/scaling/rules.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { parseMap, positive } from './option-values.ts';

/** Options that say how a model is scaled. */
export interface RuleFlags {
  readonly depth?: string;
  readonly width?: string;
  readonly resolution?: string;
  readonly feedForward?: string;
  readonly kvHeads?: string;
  readonly compound?: string;
  readonly alpha: string;
  readonly beta: string;
  readonly gamma: string;
  readonly rule?: string;
  readonly times?: string;
  readonly weights?: string;
}

const AXES = ['depth', 'width', 'resolution', 'feedForward', 'kvHeads'] as const;
type Axis = (typeof AXES)[number];

const OPTIONS: Readonly<Partial<Record<Axis, string>>> = { feedForward: '--feed-forward', kvHeads: '--kv-heads' };

const optionOf = (axis: Axis): string => OPTIONS[axis] ?? `--${axis}`;

/** Whether factors or a rule are asked for. */
export const isRuleAsked = (flags: RuleFlags): boolean =>
  AXES.some((axis) => flags[axis] !== undefined) || flags.compound !== undefined || flags.rule !== undefined;

/** The rule that the options ask for: single axes, compound, or a named one. Exactly one of them must be there. */
export function ruleOf(flags: RuleFlags): ScalingRule {
  const axes = AXES.filter((axis) => flags[axis] !== undefined);
  const asked = [axes.length > 0, flags.compound !== undefined, flags.rule !== undefined].filter(Boolean).length;
  if (asked !== 1) {
    throw new IsoflopError('invalid-input', `scale takes one way to scale, got ${asked === 0 ? 'none' : 'several'}`, {
      hint: 'Give factors (--depth, --width, --resolution, --feed-forward, --kv-heads), or --compound, --rule or --target.',
    });
  }
  if (flags.compound !== undefined) return compoundOf(flags, flags.compound);
  if (flags.rule !== undefined) return namedRule(flags, flags.rule);
  return { rule: 'axes', ...Object.fromEntries(axes.map((axis) => [axis, positive(flags[axis]!, optionOf(axis))])) };
}

function compoundOf(flags: RuleFlags, text: string): ScalingRule {
  const phi = Number(text);
  if (text.trim() === '' || !Number.isFinite(phi))
    throw new IsoflopError('invalid-input', `--compound takes a number, got '${text}'`);
  const [alpha, beta, gamma] = (['alpha', 'beta', 'gamma'] as const).map((name) => positive(flags[name], `--${name}`));
  return { rule: 'compound', phi, alpha, beta, gamma };
}

function namedRule({ times: text, weights }: RuleFlags, name: string): ScalingRule {
  if (text === undefined)
    throw new IsoflopError('missing', `--rule ${name} needs --times`, {
      hint: 'Such as --times 4: four times the operations.',
    });
  const times = positive(text, '--times');
  switch (name) {
    case 'dollar':
      return { rule: 'dollar', times, ...(weights === undefined ? {} : { weights }) };
    case 'balanced':
    case 'sovit':
      return { rule: name, times };
    default:
      return { rule: 'powers', times, exponents: exponentsOf(name) };
  }
}

function exponentsOf(text: string): Readonly<Partial<Record<Axis, number>>> {
  if (!text.includes('=')) {
    throw new IsoflopError('invalid-input', `--rule knows no '${text}'`, {
      hint: 'Known: dollar, balanced, sovit, or exponents such as depth=0.5,width=0.25.',
    });
  }
  return Object.fromEntries(
    Object.entries(parseMap(text)).map(([name, value]) => {
      const axis = AXES.find((one) => one === name || optionOf(one) === `--${name}`);
      const exponent = Number(value);
      if (axis === undefined || !Number.isFinite(exponent)) {
        throw new IsoflopError('invalid-input', `'${name}=${value}' is no exponent of an axis`, {
          hint: 'Axes are depth, width, resolution, feed-forward and kv-heads.',
        });
      }
      return [axis, exponent];
    }),
  );
}
