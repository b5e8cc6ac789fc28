import { sizeOf } from '../../../graph/sizes.ts';
import type { Weight } from '../../nodes/document.ts';
import type { PythonNames } from './names.ts';
import type { Program } from './source.ts';
import { bufferText, makerText, parameterText } from './weights.ts';
import type { Maker, WeightText } from './weights.ts';

export interface ConstructorText {
  readonly lines: readonly string[];
  /** The functions that the lines call. */
  readonly makers: readonly (readonly string[])[];
  /** Attributes whose values the text does not hold. */
  readonly lacking: readonly string[];
}

/** Sets every weight of the document; tied ones stand once. */
export function constructorText(program: Program, attributes: PythonNames): ConstructorText {
  const { document, graph } = program;
  const parameters = new Map(graph.parameters.map(({ parameter }) => [parameter.name, parameter]));
  const statistics = statisticsOf(program);
  const made = new Set<string>();
  const makers = new Set<Maker>();
  const lacking: string[] = [];
  const lines: string[] = [];
  for (const [name, weight] of document.weights) {
    if (made.has(weight.name)) continue;
    made.add(weight.name);
    const attribute = attributes.of(weight.name);
    const parameter = parameters.get(weight.name);
    const type = typeOf(program, name, weight);
    const isParameter = parameter && (weight.kind === 'parameter' || weight.kind === 'frozen');
    const text: WeightText = isParameter
      ? parameterText(parameter, type)
      : bufferText(weight, type, statistics.get(name), valuesOf(program, name, weight), ' '.repeat(8));
    if (text.maker) makers.add(text.maker);
    if (text.lacksValues) lacking.push(attribute);
    lines.push(isParameter ? `self.${attribute} = ${text.text}` : `self.register_buffer("${attribute}", ${text.text})`);
  }
  return { lines, makers: [...makers].map(makerText), lacking };
}

const typeOf = ({ tensors }: Program, name: string, { copyOf }: Weight): number =>
  tensors
    .get(copyOf ?? name)
    .get('dtype')
    .integer();

/** Values of the document that still fit: of a buffer whose shape no edit has changed. */
function valuesOf({ tensors, valuesOf: read }: Program, name: string, weight: Weight): readonly number[] | undefined {
  const source = weight.copyOf ?? name;
  const sizes = tensors.get(source).get('sizes').items();
  const isSame =
    sizes.length === weight.shape.length &&
    sizes.every((size, axis) => size.find('as_int')?.integer() === weight.shape[axis]);
  return isSame ? read(weight.name.replace(/(?:_copy\d+)+$/, ''), source, sizeOf(weight.shape)) : undefined;
}

type Statistic = 'mean' | 'variance';

/** Buffers that norms keep: they start as a norm's do. */
function statisticsOf({ document }: Program): Map<string, Statistic> {
  const found = new Map<string, Statistic>();
  for (const node of document.nodes) {
    const { running_mean: mean, running_var: variance } = node.attributes;
    for (const [argument, statistic] of [
      [mean, 'mean'],
      [variance, 'variance'],
    ] as const)
      if (isInput(argument)) found.set(node.inputs[argument.input], statistic);
  }
  return found;
}

const isInput = (argument: unknown): argument is { readonly input: number } =>
  typeof argument === 'object' && argument !== null && 'input' in argument;
