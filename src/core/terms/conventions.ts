/**
 * How parameters were counted. `total`: every trainable number. `non-embedding`: all but the tables that are only
 * looked up (token and position embeddings); an output head that is multiplied counts, tied or not.
 * `active`: what one token touches.
 */
export type ParamsConvention = 'total' | 'non-embedding' | 'active';

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
