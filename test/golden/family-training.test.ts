import { describe, expect, it } from 'vitest';
import { objectiveForm } from '../../src/core/autodiff/form/index.ts';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import type { Graph, TensorId } from '../../src/core/graph/types.ts';
import { modelOfFamily } from '../../src/core/model/families.ts';
import { compileTraining } from '../../src/engine/program/index.ts';
import { TrainingSession } from '../../src/engine/session/training-session.ts';
import { uniform } from '../support/hashed.ts';
import { interpret } from '../support/interpreter.ts';

const ATTENTION = { heads: 4, kvHeads: 2 };
const DECODER = {
  family: 'transformer',
  vocabulary: 19,
  context: 8,
  width: 16,
  depth: 2,
  attention: ATTENTION,
  feedForward: { hidden: 24 },
};
const ENCODER = { family: 'encoder', vocabulary: 19, context: 8, width: 12, depth: 2, heads: 3, hidden: 20 };
const VIT = { family: 'vit', image: 8, patch: 4, channels: 2, width: 12, depth: 2, heads: 3, hidden: 20, classes: 5 };

type Spec = { readonly family: string; readonly [setting: string]: unknown };

const CASES: readonly (readonly [string, Spec])[] = [
  ['LLaMA', DECODER],
  ['sliding window', { ...DECODER, attention: { ...ATTENTION, slidingWindow: 3, slidingLayers: [true, false] } }],
  ['Gemma 2', { ...DECODER, attention: { ...ATTENTION, softcap: 2, scale: 0.4 }, logitSoftcap: 3, residual: 'sandwich', names: 'gemma2', embeddingScale: true, head: 'tied' }],
  ['Qwen 3', { ...DECODER, attention: { ...ATTENTION, headNorm: true, bias: 'qkv' } }],
  ['GPT-2', { ...DECODER, attention: { heads: 4, bias: 'all' }, positions: 'learned', norm: 'layernorm', head: 'tied', names: 'gpt2', feedForward: { hidden: 24, activation: 'gelu-tanh', gated: false, bias: true } }],
  ['GPT-NeoX', { ...DECODER, attention: { heads: 4, bias: 'all' }, rotaryFraction: 0.5, rotaryBase: 500, norm: 'layernorm', residual: 'parallel', names: 'gpt-neox' }],
  ['OPT', { ...DECODER, attention: { heads: 4, bias: 'all' }, positions: 'learned', positionOffset: 2, norm: 'layernorm', names: 'opt', embeddingSize: 8, head: 'tied' }],
  ['ALiBi', { ...DECODER, positions: 'alibi' }],
  ['latent attention', { ...DECODER, attention: { heads: 4, latent: { queryRank: 6, keyValueRank: 5, plainSize: 3, rotarySize: 2, valueSize: 4 } } }],
  ['BERT classifier', { ...ENCODER, pooler: true, outputs: { size: 3, of: 'pooled', name: 'classifier' } }],
  ['BERT', { ...ENCODER, language: 'tied', pooler: false, causal: true }],
  ['ViT', VIT],
  ['ViT, pooled by attention', { ...VIT, pool: 'attention' }],
]; // prettier-ignore

/** Tokens and classes, pixels, and weights: gains about 1. */
function fill(graph: Graph, session: TrainingSession): Map<TensorId, Float64Array> {
  const values = new Map<TensorId, Float64Array>();
  for (const [index, { tensor, parameter }] of graph.parameters.entries()) {
    const offset = parameter.role === 'gain' ? 1 : 0;
    const drawn = Float64Array.from(uniform(index + 1, sizeOf(parameter.shape)), (x) => Math.fround(offset + x));
    session.parameters.get(parameter.name)!.set(drawn);
    values.set(tensor, drawn);
  }
  for (const [index, id] of graph.inputs.entries()) {
    const { name, shape, dtype } = graph.tensors[id];
    const drawn = Float64Array.from(uniform(index + 900, sizeOf(shape)), (x) =>
      dtype === 'int32' ? Math.floor(19 * (x + 0.5)) : Math.fround(x),
    );
    session.inputs[name].set(drawn);
    values.set(id, drawn);
  }
  return values;
}

const STEP = 1e-5;
const DIRECTIONS = 3;

/** The slope of the loss along a random direction of all weights, and what the gradients say of it; `size` is the root of its squared terms. */
function alongDirection(
  { parameters }: Graph,
  session: TrainingSession,
  values: Map<TensorId, Float64Array>,
  stream: number,
  lossOf: () => number,
): { slope: number; gradient: number; size: number } {
  const directions = parameters.map(({ tensor }, index) => uniform(5000 + 100 * stream + index, values.get(tensor)!.length));
  const moved = (by: number): number => {
    const before = parameters.map(({ tensor }) => values.get(tensor)!);
    for (const [index, { tensor }] of parameters.entries())
      values.set(tensor, before[index].map((value, at) => value + by * directions[index][at]));
    const loss = lossOf();
    for (const [index, { tensor }] of parameters.entries()) values.set(tensor, before[index]);
    return loss;
  };
  const terms = parameters.flatMap(({ parameter }, index) =>
    Array.from(session.gradients.get(parameter.name)!, (value, at) => value * directions[index][at]),
  );
  return {
    slope: (moved(STEP) - moved(-STEP)) / (2 * STEP),
    gradient: terms.reduce((a, b) => a + b, 0),
    size: Math.hypot(...terms),
  };
}

describe('families train: loss and gradients against the graph of the family in double precision', () => {
  it.each(CASES)('%s', async (_, spec) => {
    const forward = modelOfFamily(spec, 'model').lower({ batch: 2, tokens: 6 });
    const program = compileTraining(objectiveForm(forward, { loss: 'cross-entropy', training: true }));
    const session = await TrainingSession.create(program, () => ({ learningRateFactor: 1, weightDecay: 0 }), 1);
    try {
      const values = fill(forward, session);
      const [output] = Object.values(forward.outputs);
      const classes = forward.tensors[output].shape.at(-1)!;
      const targets = Array.from(session.inputs.targets, (_, index) => (index * 3 + 1) % classes);
      session.inputs.targets.set(targets);
      const lossOf = (): number => crossEntropy(interpret(forward, values).get(output)!, classes, targets);
      expect(await session.computeGradients()).toBeCloseTo(lossOf(), 5);
      for (let stream = 0; stream < DIRECTIONS; stream++) {
        const { slope, gradient, size } = alongDirection(forward, session, values, stream, lossOf);
        expect(Math.abs(gradient - slope) / size, `direction ${stream}`).toBeLessThan(2e-5);
      }
    } finally {
      session.release();
    }
  });
});

function crossEntropy(logits: Float64Array, classes: number, targets: readonly number[]): number {
  const losses = targets.map((target, row) => {
    const mine = logits.subarray(row * classes, (row + 1) * classes);
    return Math.log(mine.reduce((sum, z) => sum + Math.exp(z), 0)) - mine[target];
  });
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}
