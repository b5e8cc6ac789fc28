/** Settings of training that should grow with a network. */
export interface Regularisation {
  /** Share dropped before the classifier. */
  readonly dropout: number;
  /** Chance of skipping the last residual block, 1 - survival; earlier blocks in proportion to their place. */
  readonly stochasticDepth: number;
  /** Magnitude of RandAugment, of 30; left out where the family used another augmentation. */
  readonly randAugment?: number;
  /** alpha of mixup. */
  readonly mixup?: number;
}

/** How a published family regularised its members, from small to large. */
export interface RegularisationRule {
  readonly id: 'efficientnet' | 'efficientnetv2' | 'resnet-rs';
  readonly source: string;
  /** Each with the multiply-accumulates of its forward pass, at its published resolution. */
  readonly members: readonly RegularisedMember[];
}

export interface RegularisedMember extends Regularisation {
  /** Name of the preset. */
  readonly name: string;
  readonly macs: number;
}

const member = (
  name: string,
  macs: number,
  dropout: number,
  stochasticDepth: number,
  augmentation: Pick<Regularisation, 'randAugment' | 'mixup'> = {},
): RegularisedMember => ({ name, macs, dropout, stochasticDepth, ...augmentation });

/** Rules of image classifiers for ImageNet, trained as their papers say. */
export const REGULARISATION_RULES: readonly RegularisationRule[] = [
  {
    id: 'efficientnet',
    source: 'Tan and Le 2019, section 5.2; tensorflow/tpu efficientnet_builder.py',
    members: [
      member('efficientnet-b0', 385_814_752, 0.2, 0.2),
      member('efficientnet-b1', 686_802_832, 0.2, 0.2),
      member('efficientnet-b2', 993_561_872, 0.3, 0.2),
      member('efficientnet-b3', 1_827_141_392, 0.3, 0.2),
      member('efficientnet-b4', 4_393_771_024, 0.4, 0.2),
      member('efficientnet-b5', 10_266_384_752, 0.4, 0.2),
      member('efficientnet-b6', 19_067_593_536, 0.5, 0.2),
      member('efficientnet-b7', 37_745_884_192, 0.5, 0.2),
    ],
  },
  {
    id: 'efficientnetv2',
    source: 'Tan and Le 2021, table 6; google/automl effnetv2_configs.py',
    members: [
      member('efficientnetv2-s', 8_365_617_152, 0.2, 0.2, { randAugment: 10, mixup: 0 }),
      member('efficientnetv2-m', 24_582_460_384, 0.3, 0.2, { randAugment: 15, mixup: 0.2 }),
      member('efficientnetv2-l', 56_079_699_008, 0.4, 0.2, { randAugment: 20, mixup: 0.5 }),
    ],
  },
  {
    id: 'resnet-rs',
    source: 'Bello et al. 2021; tensorflow/tpu models/official/resnet/resnet_rs/configs',
    members: [
      member('resnet-rs-50', 2_278_629_376, 0.25, 0, { randAugment: 10 }),
      member('resnet-rs-101', 6_012_157_952, 0.25, 0, { randAugment: 15 }),
      member('resnet-rs-152', 15_527_886_848, 0.25, 0, { randAugment: 15 }),
      member('resnet-rs-200', 20_093_386_752, 0.25, 0.1, { randAugment: 15 }),
      member('resnet-rs-270', 26_950_189_056, 0.25, 0.1, { randAugment: 15 }),
      member('resnet-rs-350', 53_683_601_408, 0.4, 0.1, { randAugment: 15 }),
      member('resnet-rs-420', 63_942_344_704, 0.4, 0.1, { randAugment: 15 }),
    ],
  },
];

/**
 * What a rule advises for a network whose operations are `factor` times those of the rule's first member: between members in
 * proportion to the logarithm of the operations, beyond the ends what the end has. Advice, not a law: no paper varied it by size alone.
 */
export function regularisationAt({ members }: RegularisationRule, factor: number): Regularisation {
  const macs = factor * members[0].macs;
  const after = members.findIndex((candidate) => candidate.macs >= macs);
  if (after === 0) return settings(members[0]);
  if (after < 0) return settings(members.at(-1)!);
  const [low, high] = [members[after - 1], members[after]];
  return between(settings(low), settings(high), Math.log(macs / low.macs) / Math.log(high.macs / low.macs));
}

const settings = ({ name: _name, macs: _macs, ...rest }: RegularisedMember): Regularisation => rest;

function between(low: Regularisation, high: Regularisation, share: number): Regularisation {
  const mix = (a: number, b: number): number => a + share * (b - a);
  const both = <Key extends 'randAugment' | 'mixup'>(key: Key): Partial<Record<Key, number>> =>
    low[key] === undefined || high[key] === undefined
      ? {}
      : ({ [key]: mix(low[key], high[key]) } as Record<Key, number>);
  return {
    dropout: mix(low.dropout, high.dropout),
    stochasticDepth: mix(low.stochasticDepth, high.stochasticDepth),
    ...both('randAugment'),
    ...both('mixup'),
  };
}
