import type { TensorId } from '../../graph/types.ts';
import { tensorsOf } from './argument.ts';
import type { Argument } from './argument.ts';
import { blocksOf } from './blocks.ts';
import { recordInput } from './inputs.ts';
import { argumentOf } from './part.ts';
import type { Host, Part } from './part.ts';
import { layersOf } from './structure.ts';

/** Runs the layers of a Sequential model one after the other. */
export function runSequential(host: Host, part: Part, args: readonly Argument[]): TensorId[] {
  const layers = layersOf(part.model);
  const blocks = blocksOf([...layers.keys()], part.prefix);
  const [input] = tensorsOf(args);
  if (input === undefined) throw part.model.refusal('the model is called without a tensor');
  let value: readonly Argument[] = args.slice(0, 1);
  recordBuild(host, part, input);
  for (const entry of layers.values()) {
    if (entry.className === 'InputLayer') recordInput(host.bindings, entry, host.builder.shapeOf(input), part.prefix);
    else value = [argumentOf(host.layer({ part, entry, block: blocks.get(entry.name)! }, value, {}))];
  }
  return tensorsOf(value);
}

function recordBuild({ bindings, builder }: Host, { model }: Part, input: TensorId): void {
  const config = model.get('config');
  if (config.find('build_input_shape')?.isArray !== true) return;
  const record = config.value as Record<string, unknown>;
  bindings.recorded.push({ record, key: 'build_input_shape', shape: builder.shapeOf(input) });
}
