import type { Graph } from '../../graph/types.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { counted } from '../../terms/names.ts';
import type { ByteSource } from '../source.ts';
import { readSafetensors } from './header.ts';
import type { StoredTensor } from './header.ts';
import { storedNames } from './stored-names.ts';
import { readValues } from './values.ts';

/** What a model has learnt, by the names of its graph. */
export interface LoadedWeights {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Kept values, such as running means. */
  readonly buffers: ReadonlyMap<string, Float32Array>;
}

/** Names that a message lists before it says how many more there are. */
const LISTED = 3;

/**
 * The weights of a model from a safetensors file, tensor by tensor: under its own name, or under one that Hugging Face files use for it.
 * Throws `invalid-input` that names what the file lacks, what it holds in another shape, and what it holds beyond the model.
 */
export function loadSafetensors(graph: Graph, source: ByteSource): LoadedWeights {
  const { tensors } = readSafetensors(source);
  const wanted = new Map(graph.parameters.map(({ parameter: { name, shape } }) => [name, shape]));
  for (const { tensor } of graph.buffers) wanted.set(graph.tensors[tensor].name, graph.tensors[tensor].shape);
  const found = new Map<string, StoredTensor>();
  const extra: string[] = [];
  for (const tensor of tensors) {
    const own = nameIn(wanted, tensor);
    if (own === undefined) extra.push(tensor.name);
    else found.set(own, tensor);
  }
  refuse(
    'lacks',
    [...wanted.keys()].filter((name) => !found.has(name)),
  );
  refuse(
    'holds in another shape',
    [...found].flatMap(([name, { shape }]) =>
      String(shape) === String(wanted.get(name))
        ? []
        : [`${name} [${shape.join(', ')}], not [${wanted.get(name)!.join(', ')}]`],
    ),
  );
  refuse(
    'holds beyond the model',
    extra.filter((name) => !COPIES.test(name)),
  );
  const valuesOf = (names: readonly string[]): Map<string, Float32Array> =>
    new Map(names.map((name) => [name, readValues(source, found.get(name)!)]));
  return {
    parameters: valuesOf(graph.parameters.map(({ parameter }) => parameter.name)),
    buffers: valuesOf(graph.buffers.map(({ tensor }) => graph.tensors[tensor].name)),
  };
}

/** Heads that repeat a tied table, and what some releases keep beside the weights. */
const COPIES =
  /(?:lm_head\.weight|embed_out\.weight|decoder\.weight|inv_freq|masked_bias|attn\.bias|attention\.bias|position_ids|num_batches_tracked)$/;

function nameIn(wanted: ReadonlyMap<string, unknown>, tensor: StoredTensor): string | undefined {
  if (wanted.has(tensor.name)) return tensor.name;
  return storedNames(tensor).find(({ name, elements }) => elements === tensor.elements && wanted.has(name))?.name;
}

function refuse(what: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const more = names.length > LISTED ? `, and ${names.length - LISTED} more` : '';
  throw new IsoflopError(
    'invalid-input',
    `the file ${what} ${counted(names.length, 'tensor')}: ${names.slice(0, LISTED).join(', ')}${more}`,
    { hint: 'Is it the file of this model, at this size?' },
  );
}
