/**
 * How parameters were counted. `total`: every trainable number. `non-embedding`: without the tables of tokens and
 * positions and without the head over the vocabulary, tied or not (Kaplan et al. 2020, section 2.1). `non-lookup`: without
 * the tables that are only looked up; a head that is multiplied counts, tied or not. `active`: what one token touches.
 */
export type ParamsConvention = 'total' | 'non-embedding' | 'non-lookup' | 'active';

/**
 * How training FLOPs were counted, with flops = 2 x macs. `6ND`: six times parameters times tokens.
 * `exact`: twice the multiply-accumulates of the training graph (forward and backward) as it runs.
 */
export type FlopsConvention = '6ND' | 'exact';

export interface Conventions {
  readonly params: ParamsConvention;
  readonly flops: FlopsConvention;
  /** Unit of the loss, such as "nats/token". */
  readonly loss: string;
}
