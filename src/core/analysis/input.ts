import type { Graph } from '../graph/types.ts';
import type { Model, ModelInput } from '../model/model.ts';
import { IsoflopError } from '../terms/errors.ts';

/** An image has fewer channels than rows: this many at most tells which axis holds them. */
const MOST_CHANNELS = 4;

/** The model on images of another size. Throws where it reads no image, or none of that shape. */
export function withImageSize(model: Model, height: number, width: number): Model {
  const knob = model.family?.knobs.find(({ axis }) => axis === 'resolution');
  if (knob) {
    if (height !== width)
      throw new IsoflopError('invalid-input', `${model.name} takes square images, got ${height}x${width}`);
    return model.apply([{ kind: 'parameter', path: knob.path, value: height }]);
  }
  const input = model.inputs.find(isImage);
  if (!input) throw new IsoflopError('invalid-input', `${model.name} has no input of images to resize`);
  const channelsFirst = input.shape[0] !== null && input.shape[0] <= MOST_CHANNELS;
  const shape = channelsFirst ? [input.shape[0], height, width] : [height, width, input.shape[2]];
  return model.apply([{ kind: 'input', input: input.name, shape }]);
}

const isImage = ({ shape, dtype }: ModelInput): boolean => dtype === 'float32' && shape.length === 3;

/** What one sample consists of: tokens for models that look up whole numbers, or nothing smaller. */
export function tokensOf({ inputs, operators, tensors }: Graph): number | undefined {
  const looked = new Set(operators.filter(({ kind }) => kind === 'gather').map((operator) => operator.inputs[1]));
  const tokens = inputs.find((id) => looked.has(id) && tensors[id].dtype === 'int32' && tensors[id].shape.length === 2);
  return tokens === undefined ? undefined : tensors[tokens].shape[1];
}
