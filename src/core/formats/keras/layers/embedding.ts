import type { TensorId } from '../../../graph/types.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';
import { kernel } from './dense.ts';

const table = (call: Call): TensorId =>
  kernel(call, 'embeddings', [call.count('input_dim'), call.count('output_dim')], {
    role: 'embedding',
    axes: { 0: 'input_dim', 1: 'output_dim' },
  });

const embedding: Lower = (call) => call.add('gather', [table(call), call.x], { axis: 0 });

/** Looks rows up, or called with `reverse` multiplies by them: the head of a language model. */
const reversible: Lower = (call) => {
  const rows = table(call);
  const tied = call.flag('tie_weights', true);
  const [words, width] = [call.count('input_dim'), call.count('output_dim')];
  const own = tied
    ? undefined
    : call.weight('reverse_embeddings', [width, words], { role: 'head', axes: { 0: 'output_dim', 1: 'input_dim' } });
  if (call.argument(1, 'reverse') !== true) return call.add('gather', [rows, call.x], { axis: 0 });
  return own === undefined
    ? call.add('linear', [call.x, rows], { transposeB: true })
    : call.add('linear', [call.x, own]);
};

export const EMBEDDING_LAYERS: Readonly<Record<string, Lower>> = {
  Embedding: embedding,
  ReversibleEmbedding: reversible,
};
