import { describe, expect, it } from 'vitest';
import type { Graph, TensorId } from '../graph/types.ts';
import { presetModel } from '../model/index.ts';
import { elements, factsOf } from './facts.ts';
import { peakLiveBytes } from './liveness.ts';

/** At every operator, every tensor made so far whose bytes something at or after it still reads, found by looking through all. */
function bruteForce(graph: Graph, operators: Graph['operators'], results: readonly TensorId[]): number {
  const rootOf = (id: TensorId): TensorId => {
    const maker = operators.find(({ kind, outputs }) => kind === 'reshape' && outputs.includes(id));
    return maker ? rootOf(maker.inputs[0]) : id;
  };
  const made = operators.map(({ outputs }) => outputs.filter((id) => rootOf(id) === id));
  const read = operators.map(({ inputs }) => new Set(inputs.map(rootOf)));
  const ends = new Set(results.map(rootOf));
  return Math.max(
    ...operators.map((_, now) =>
      made
        .slice(0, now + 1)
        .flat()
        .filter((id) => ends.has(id) || read.slice(now).some((ids) => ids.has(id)))
        .reduce((sum, id) => sum + 4 * elements(graph, id), 0),
    ),
  );
}

describe('the peak of live tensors', () => {
  it.each(['resnet18', 'mobilenet-v3-small-100', 'vit_tiny_patch16_224', 'gpt2'])(
    'of %s is what looking through all tensors at every step finds',
    (name) => {
      const facts = factsOf(presetModel(name)!.lower({ batch: 2, tokens: 16 }));
      const { graph, operators, results } = facts;
      const peak = peakLiveBytes(operators, (id) => 4 * elements(graph, id), { results });
      expect(peak).toBe(bruteForce(graph, operators, results));
    },
  );
});
