import type { Parameter } from '../graph/parameter.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { Graph } from '../graph/types.ts';
import { nearestName, patternOf } from './tensor-names.ts';

/** How a tensor grew from the model that a recipe was made for, as factors. */
export interface Growth {
  /** Of the inputs that one output sums over. */
  readonly fanIn: number;
  /** Of what it gives: outputs of a matrix, entries of a gain or bias, columns of a table. */
  readonly fanOut: number;
}

export const NO_GROWTH: Growth = { fanIn: 1, fanOut: 1 };

/** How each tensor of a scaled model grew, by name; tensors are compared by name, new ones with the nearest. */
export function growthsFrom(before: Graph, after: Graph): Map<string, Growth> {
  const base = new Map(before.parameters.map(({ parameter }) => [parameter.name, parameter]));
  const origins = Map.groupBy(base.keys(), patternOf);
  return new Map(
    after.parameters.map(({ parameter }) => {
      const origin = base.get(parameter.name) ?? base.get(nearestName(parameter.name, origins) ?? '');
      return [parameter.name, growthOf(parameter, origin)];
    }),
  );
}

function growthOf(parameter: Parameter, origin: Parameter | undefined): Growth {
  if (!origin) return NO_GROWTH;
  const fanIn = parameter.fanIn / origin.fanIn;
  const isTable = parameter.role === 'embedding' || parameter.role === 'position';
  const fanOut = isTable
    ? parameter.shape.at(-1)! / origin.shape.at(-1)!
    : sizeOf(parameter.shape) / sizeOf(origin.shape) / fanIn;
  return { fanIn, fanOut };
}
