import { lawById } from '../laws/index.ts';
import type { Law, LawParameter } from '../terms/law.ts';

/** Column that is 0 for the base and 1 for the other recipe. */
export const RECIPE = 'recipe';

const gain = (name: string, meaning: string): LawParameter => ({
  name,
  meaning,
  unit: '1',
  signed: true,
  lower: -20,
  upper: 20,
  start: [-1, 1],
});

/** A law that two recipes share but for what they make of compute, or of parameters and tokens. */
export interface SharedLaw {
  readonly law: Law;
  /** Parameters whose sum is the logarithm of the compute multiplier. */
  readonly gains: readonly string[];
}

/**
 * A recipe that makes each unit of compute (or of parameters, and of tokens) worth exp(gain) units of the base's: then the loss differs
 * by a shift along the axis of compute, the same at every scale.
 */
export function sharedLaw(id: string): SharedLaw {
  const law = lawById(id);
  const share = (name: string): Law => ({ ...law, id: `${law.id} (shared)`, title: `${law.title}, ${name}` });
  if (id === 'power-law-offset') {
    return {
      law: {
        ...share('one exponent for two recipes'),
        formula: `E + A * exp(-alpha * gain * ${RECIPE}) / flops^alpha`,
        variables: ['flops', RECIPE],
        parameters: [...law.parameters, gain('gain', 'logarithm of the worth of a FLOP in FLOPs of the base')],
      },
      gains: ['gain'],
    };
  }
  return {
    law: {
      ...share('one surface for two recipes'),
      formula:
        `E + A * exp(-alpha * paramsGain * ${RECIPE}) / params^alpha + ` +
        `B * exp(-beta * tokensGain * ${RECIPE}) / tokens^beta`,
      variables: ['params', 'tokens', RECIPE],
      parameters: [
        ...law.parameters,
        gain('paramsGain', 'logarithm of the worth of a parameter in parameters of the base'),
        gain('tokensGain', 'logarithm of the worth of a token in tokens of the base'),
      ],
    },
    gains: ['paramsGain', 'tokensGain'],
  };
}
