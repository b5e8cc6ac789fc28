import type { TensorId } from '../../graph/types.ts';
import { didYouMean } from '../../terms/names.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { refusal } from '../refusal.ts';
import type { Call, Lower } from './call.ts';
import { LAYERS } from './layers/index.ts';
import { OPERATIONS } from './operations/index.ts';

/** Layers that isoflop cannot read, and what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  Lambda: 'It holds Python code, which is not run. Use layers or keras.ops in its place.',
  TFOpLambda: 'It calls TensorFlow by name. Build the model with Keras 3 layers or keras.ops, and save it again.',
  SlicingOpLambda: 'It calls TensorFlow by name. Build the model with Keras 3 layers or keras.ops, and save it again.',
  TFSMLayer: 'It holds a TensorFlow SavedModel. Export that model to ONNX.',
  TorchModuleWrapper: 'It holds a PyTorch module. Export the model with torch.export or to ONNX.',
  JaxLayer: 'It holds a JAX function. Export the model to ONNX.',
  FlaxLayer: 'It holds a Flax module. Export the model to ONNX.',
  StringLookup: 'It works on text. Take the model from behind it, with whole numbers as input.',
  IntegerLookup: 'Its outputs depend on its table. Take the model from behind it.',
  TextVectorization: 'It works on text. Take the model from behind it, with whole numbers as input.',
};

/** Lowers one layer. Refuses a class that is not known, or not Keras's own. */
export function lowerLayer(layer: JsonCursor, call: Call): TensorId[] {
  const lower = lowerOf(layer, call);
  refuseQuantized(call);
  const outputs = lower(call);
  return typeof outputs === 'number' ? [outputs] : [...outputs];
}

function lowerOf(layer: JsonCursor, call: Call): Lower {
  const { className, path } = call;
  const where = `layer '${path}'`;
  if (Object.hasOwn(REFUSED, className))
    throw refusal(`a layer of class ${className} cannot be read`, { path: where, hint: REFUSED[className] });
  const module = layer.find('module')?.string();
  const table = module !== undefined && /^keras\.(src\.)?ops/.test(module) ? OPERATIONS : LAYERS;
  const isOwn = module === undefined || /^(tf_|tensorflow\.)?keras\b/.test(module);
  if (isOwn && Object.hasOwn(table, className)) return table[className];
  throw unknownLayer(className, isOwn, where, Object.keys(table));
}

function unknownLayer(className: string, isOwn: boolean, path: string, known: readonly string[]): Error {
  const what = isOwn
    ? `no layer of Keras that isoflop knows is called ${className}`
    : `${className} is a layer of your own`;
  return refusal(`${what}: the file says its arguments, not what it computes`, {
    path,
    hint: `${didYouMean(className, known)}Build that part from Keras layers and keras.ops, or export the model to ONNX.`,
  });
}

function refuseQuantized(call: Call): void {
  const { config } = call;
  const policy = JSON.stringify(config.find('dtype')?.value ?? '');
  if (config.find('quantization_config') === undefined && !/int8|int4|float8|gptq|awq/i.test(policy)) return;
  throw call.refusal(
    `the weights of ${call.className} are quantised`,
    'Save the model before model.quantize(...): its weights are those that scaling laws count.',
  );
}
