import { writeSafetensors } from '../core/formats/safetensors/write.ts';
import type { Graph } from '../core/graph/types.ts';
import { IsoflopError } from '../core/terms/errors.ts';
import type { Weights } from './evaluate.ts';
import { compileInference, inferenceGraph } from './program/inference.ts';

/**
 * An ONNX file of a model's prediction in standard operators, with the given weights inside: `forward` is the model lowered at the batch that
 * the file takes. Inputs and outputs bear the model's names. Throws `invalid-input` that names a weight that is missing or of another size.
 */
export const exportOnnx = (forward: Graph, { parameters, buffers }: Weights): Uint8Array =>
  compileInference(inferenceGraph(forward), parameters, buffers).bytes;

/**
 * A safetensors file of a model's parameters and kept statistics (float32), under the names of its graph: those of Hugging Face
 * transformers for the families that it has.
 */
export function exportSafetensors({ parameters, buffers, tensors }: Graph, weights: Weights): Uint8Array {
  const named = parameters.map(({ parameter: { name, shape } }) => ({
    name,
    shape,
    values: weights.parameters.get(name),
  }));
  const kept = buffers.map(({ tensor }) => {
    const { name, shape } = tensors[tensor];
    return { name, shape, values: weights.buffers.get(name) };
  });
  return writeSafetensors(
    [...named, ...kept].map(({ name, shape, values }) => {
      if (!values) throw new IsoflopError('invalid-input', `no values were given for '${name}'`);
      return { name, shape, values };
    }),
  );
}

/** Fills weights in their places, such as a training session's, with others. Throws `invalid-input` that names what is missing or of another size. */
export function assignWeights(target: Weights, source: Weights): void {
  for (const kind of ['parameters', 'buffers'] as const)
    for (const [name, values] of target[kind]) {
      const given = source[kind].get(name);
      if (given?.length !== values.length) {
        const came = given === undefined ? 'none were given' : `${given.length} were given`;
        throw new IsoflopError('invalid-input', `'${name}' wants ${values.length} values, ${came}`);
      }
      values.set(given);
    }
}
