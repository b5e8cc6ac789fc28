import { sizeOf } from '../../graph/sizes.ts';
import type { Graph } from '../../graph/types.ts';
import { storedNames } from './stored-names.ts';
import type { NamedTensor } from './stored-names.ts';

/** A parameter that model and file do not hold in the same size; 0 where one of them has none. */
export interface Difference {
  readonly name: string;
  /** Values that the model wants and the file holds. */
  readonly wanted: number;
  readonly stored: number;
}

/** Whether stored weights are those of a model. */
export interface Confirmation {
  readonly confirmed: boolean;
  /** Parameters of the model, and values of the file that are parameters. */
  readonly params: number;
  readonly stored: number;
  /** Parameters that the file lacks, has beyond those of the model, or holds in another size. */
  readonly missing: readonly Difference[];
  readonly extra: readonly Difference[];
  readonly different: readonly Difference[];
  /** Tensors of the file that are no parameters: masks, rotary tables, statistics, and copies of a tied table. */
  readonly aside: readonly string[];
}

/** Kept with the weights by some releases, trained by none. */
const BUFFERS =
  /(?:inv_freq|masked_bias|attn\.bias|attention\.bias|position_ids|token_type_ids|running_mean|running_var|num_batches_tracked)$/;
/** Heads that repeat the token table where it is tied. */
const TIED = /(?:lm_head|embed_out|decoder)\.weight$/;

/**
 * Compares stored tensors with the parameters of a model by name and number of values; experts that a file holds one by one
 * count together with the model's stack. All shards of a model are to be given together.
 */
export function confirmCount(graph: Graph, tensors: readonly NamedTensor[]): Confirmation {
  const wanted = wantedOf(graph);
  const held = new Map<string, number>();
  const aside: string[] = [];
  for (const tensor of tensors) {
    const known = storedNames(tensor).filter(({ name }) => wanted.has(name));
    for (const { name, elements } of known) add(held, name, elements);
    if (known.length > 0) continue;
    if (isAside(graph, tensor)) aside.push(tensor.name);
    else add(held, tensor.name, tensor.elements);
  }
  const names = [...new Set([...wanted.keys(), ...held.keys()])];
  const differences = names
    .map((name) => ({ name, wanted: wanted.get(name) ?? 0, stored: held.get(name) ?? 0 }))
    .filter((one) => one.wanted !== one.stored);
  return {
    confirmed: differences.length === 0,
    params: total(wanted),
    stored: total(held),
    missing: differences.filter(({ stored }) => stored === 0),
    extra: differences.filter((one) => one.wanted === 0),
    different: differences.filter((one) => one.wanted > 0 && one.stored > 0),
    aside,
  };
}

const wantedOf = ({ parameters }: Graph): Map<string, number> =>
  new Map(parameters.map(({ parameter: { name, shape } }) => [name, sizeOf(shape)]));

const add = (sums: Map<string, number>, name: string, elements: number): void => {
  sums.set(name, (sums.get(name) ?? 0) + elements);
};

const total = (sums: ReadonlyMap<string, number>): number => [...sums.values()].reduce((a, b) => a + b, 0);

function isAside({ parameters, buffers, tensors }: Graph, tensor: NamedTensor): boolean {
  const own = new Set(buffers.map((buffer) => tensors[buffer.tensor].name));
  if (BUFFERS.test(tensor.name) || storedNames(tensor).some(({ name }) => own.has(name))) return true;
  const tables = parameters.filter(({ parameter }) => parameter.role === 'embedding');
  return TIED.test(tensor.name) && tables.some(({ parameter }) => sizeOf(parameter.shape) === tensor.elements);
}
