import type { Parametrization, TransferRow } from '../../core/recipe/transfer.ts';
import { shortened, significant, table } from './format.ts';
import { wrap } from './wrap.ts';

/** A rule and what it makes of a scaled model's tensors. */
export interface Transfer {
  readonly rule: Parametrization;
  readonly rows: readonly TransferRow[];
}

const NAME_WIDTH = 34;

const TITLES = {
  standard: 'the standard parametrisation: nothing is known to transfer',
  mup: 'muP with Adam (Yang et al. 2022, table 8)',
  completep: 'CompleteP with AdamW (Dey et al. 2025, table 1, alpha 1)',
} as const;

/** The table of factors, within 80 columns. */
export function transferLines({ rule, rows }: Transfer): string[] {
  const factor = (value: number): string => significant(value, 3);
  return [
    '',
    ...wrap(`Hyperparameters, as factors on the parent's, by ${TITLES[rule]}`),
    table(
      ['tensor', '', 'rate', 'init', 'decay', 'epsilon', 'output'],
      rows.map(({ tensor, tensors, learningRate, deviation, weightDecay, epsilon, output }) => [
        shortened(tensor, NAME_WIDTH),
        `${tensors} x`,
        ...[learningRate, deviation, weightDecay, epsilon, output].map(factor),
      ]),
    ),
    ...wrap(
      'rate: learning rate; init: standard deviation of initial values; decay: weight decay; output: a multiplier in the forward pass.',
    ),
    ...(rule === 'standard'
      ? []
      : wrap('Attention logits: divide by the head size where it changes, not by its root.')),
  ];
}
