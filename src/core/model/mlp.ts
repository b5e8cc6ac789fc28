import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, TensorId } from '../graph/types.ts';
import type { MlpSpec } from '../schema/model.ts';

/**
 * Lowers a multi-layer perceptron to its forward graph. Inputs: `features` float32 `[batch, inputs]` and `targets`:
 * int32 classes `[batch]` for cross-entropy, else float32 `[batch, outputs]`. Outputs: `loss` (scalar), `losses` `[batch]`.
 */
export function buildMlp(spec: MlpSpec, batch: number): Graph {
  const builder = new GraphBuilder();
  const features = builder.input('features', [batch, spec.inputs], 'float32');
  const targets =
    spec.loss === 'cross-entropy'
      ? builder.input('targets', [batch], 'int32')
      : builder.input('targets', [batch, spec.outputs], 'float32');
  const widths = [spec.inputs, ...spec.hidden, spec.outputs];
  const x = widths.slice(1).reduce((previous: TensorId, _, index) => {
    const isLast = index === widths.length - 2;
    const y = dense(builder, previous, index, widths, isLast);
    return isLast ? y : builder.add('activation', [y], { activation: spec.activation });
  }, features);
  const [losses] = builder.addAll('loss', [x, targets], { loss: spec.loss });
  return builder.finish({ losses, loss: builder.add('mean', [losses]) });
}

function dense(
  builder: GraphBuilder,
  x: TensorId,
  index: number,
  widths: readonly number[],
  isLast: boolean,
): TensorId {
  const [fanIn, fanOut] = [widths[index], widths[index + 1]];
  const layer = `dense${index}`;
  builder.at(layer, 'dense');
  const weight = builder.parameter({
    name: `${layer}.weight`,
    shape: [fanIn, fanOut],
    role: isLast ? 'head' : 'matrix',
    fanIn,
    residual: false,
    layer,
  });
  const bias = builder.parameter({
    name: `${layer}.bias`,
    shape: [fanOut],
    role: 'bias',
    fanIn: 1,
    residual: false,
    layer,
  });
  return builder.add('linear', [x, weight, bias]);
}
