import { notPowersOfAlpha } from '../../core/scaling/named-efficientnets.ts';
import { nominalMacs } from '../../core/scaling/rules.ts';
import type { ScalingRule } from '../../core/scaling/rules.ts';
import type { ScalingResult } from '../../core/scaling/scale.ts';
import type { Suggestion } from '../../core/scaling/suggestions.ts';
import { significant, table } from './format.ts';
import { writtenLines } from './model-file.ts';
import { repairLines } from './repairs-text.ts';
import { transferLines } from './transfer-text.ts';
import type { Transfer } from './transfer-text.ts';
import { countUnits } from './units.ts';
import { wrap } from './wrap.ts';

/** A scaled model in words, within 80 columns. */
export function scaleText(result: ScalingResult, out: string | undefined, transfer?: Transfer): string {
  const { variant, nominal, achieved, before, after } = result;
  const axes = (['depth', 'width', 'resolution', 'feedForward', 'kvHeads'] as const).filter(
    (axis) => nominal[axis] !== undefined,
  );
  const factor = (value: number | undefined): string => (value === undefined ? '-' : significant(value, 4));
  return [
    ...wrap(`${variant.parent}, ${ruleText(variant.rule)}`),
    '',
    table(
      ['axis', 'nominal', 'achieved'],
      axes.map((axis) => [AXIS_WORDS[axis], factor(nominal[axis]), factor(achieved[axis])]),
    ),
    '',
    table(
      ['', 'before', 'after', 'ratio', 'nominal'],
      [
        [
          'parameters',
          countUnits(before.params),
          countUnits(after.params),
          significant(after.params / before.params, 4),
          '-',
        ],
        [
          'MACs',
          countUnits(before.macs),
          countUnits(after.macs),
          significant(after.macs / before.macs, 4),
          factor(nominalMacs(nominal)),
        ],
      ],
    ),
    ...wrap('MACs: one forward pass at batch 1; FLOPs = 2 x MACs. Nominal: depth x width^2 x resolution^2.'),
    ...repairLines(result.repairs),
    ...result.warnings.flatMap((warning) => ['', ...wrap(warning)]),
    ...suggestionLines(result.suggestions),
    ...(transfer ? transferLines(transfer) : []),
    ...statementLines(variant.rule, variant.parent),
    ...writtenLines(variant.model, out),
  ].join('\n');
}

const AXIS_WORDS = {
  depth: 'depth',
  width: 'width',
  resolution: 'resolution',
  feedForward: 'feed-forward',
  kvHeads: 'kv heads',
} as const;

function ruleText(rule: ScalingRule): string {
  switch (rule.rule) {
    case 'axes':
      return 'scaled axis by axis';
    case 'compound':
      return `compound scaling, phi ${rule.phi}, alpha ${rule.alpha}, beta ${rule.beta}, gamma ${rule.gamma}`;
    case 'dollar':
      return `fast compound scaling to ${rule.times} times the operations, weights ${rule.weights ?? 'd1_w8_r1'}`;
    case 'balanced':
      return `depth and width in balance, to ${rule.times} times the operations`;
    case 'sovit':
      return `SoViT's exponents (hidden units 0.6, depth 0.45, width 0.22) of ${rule.times}`;
    case 'powers':
      return `powers of ${rule.times}`;
  }
}

const SETTINGS = {
  dropout: 'dropout',
  stochasticDepth: 'stochastic depth',
  randAugment: 'RandAugment magnitude',
  mixup: 'mixup',
} as const;

function suggestionLines(suggestions: readonly Suggestion[]): string[] {
  if (suggestions.length === 0) return [];
  return [
    '',
    'Regularisation that would go with it',
    ...suggestions.map(
      ({ setting, before, after }) => `  ${SETTINGS[setting]} ${significant(before, 3)} -> ${significant(after, 3)}`,
    ),
    ...wrap(`  as published members grew (${suggestions[0].source}); advice, not a law`, '  '),
  ];
}

const statementLines = ({ rule }: ScalingRule, parent: string): string[] =>
  rule === 'compound' && /^efficientnet-b\d/.test(parent) ? ['', ...wrap(notPowersOfAlpha())] : [];
