import type { Parameter } from '../graph/parameter.ts';
import { sizeOf } from '../graph/shapes.ts';
import { parametersOf } from '../model/index.ts';
import type { ModelSpec } from '../model/index.ts';

/** Trainable parameters by group; the groups sum to `total`. */
export interface ParameterCounts {
  readonly total: number;
  /** All but the tables that are only looked up. A tied table is multiplied by the head, so it counts. */
  readonly nonEmbedding: number;
  readonly groups: Readonly<Record<Parameter['role'], number>>;
}

/** Counts a model's parameters exactly, from its graph. */
export function countParameters(spec: ModelSpec): ParameterCounts {
  const groups = { embedding: 0, position: 0, matrix: 0, head: 0, gain: 0, bias: 0 };
  for (const { role, shape } of parametersOf(spec)) groups[role] += sizeOf(shape);
  const total = Object.values(groups).reduce((sum, size) => sum + size, 0);
  const isTied = spec.family === 'gpt' && spec.tiedHead;
  return { total, nonEmbedding: total - groups.position - (isTied ? 0 : groups.embedding), groups };
}
