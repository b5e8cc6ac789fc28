import type { Stage } from '../graph/repeats.ts';
import type { Edit } from '../model/edit.ts';
import type { Repair } from './repair.ts';

/** How often the blocks of every stage stand after a scaling, and the edits that make it so. */
export interface DepthPlan {
  readonly edits: readonly Edit[];
  readonly repairs: readonly Repair[];
  /** Weighted layers of all blocks of the stages, after against before. */
  readonly achieved: number;
}

/** Blocks of a stage: its units and the one that leads in. */
const blocksOf = ({ units, hasEntry }: Stage): number => units.length + (hasEntry ? 1 : 0);

/**
 * Scales the blocks of all stages in proportion: their sum is the rounded nominal one, and the blocks that proportion leaves over go
 * where rounding down cost most (largest remainders; of equal ones to deeper stages, then to later ones).
 */
export function planDepth(stages: readonly Stage[], factor: number): DepthPlan {
  const blocks = apportioned(stages.map(blocksOf), factor);
  const edits = stages.flatMap((stage, index) => stageEdit(stage, blocks[index]));
  const repairs = stages.flatMap((stage, index): Repair[] => {
    const nominal = blocksOf(stage) * factor;
    if (Math.abs(nominal - blocks[index]) < 1e-9) return [];
    return [{ at: `blocks of ${stage.name}`, from: blocksOf(stage), nominal, to: blocks[index], reason: 'whole blocks, in proportion' }];
  });
  const layers = (counts: readonly number[]): number =>
    stages.reduce((sum, { weighted }, index) => sum + weighted * counts[index], 0);
  return { edits, repairs, achieved: layers(blocks) / layers(stages.map(blocksOf)) };
}

function apportioned(counts: readonly number[], factor: number): number[] {
  const nominal = counts.map((count) => count * factor);
  const total = Math.round(nominal.reduce((a, b) => a + b, 0));
  const blocks = nominal.map((value) => Math.max(1, Math.floor(value + 1e-9)));
  const order = nominal
    .map((value, index) => ({ index, rest: value - blocks[index] }))
    .sort((a, b) => b.rest - a.rest || counts[b.index] - counts[a.index] || b.index - a.index);
  let left = total - blocks.reduce((a, b) => a + b, 0);
  for (const { index, rest } of order) {
    if (left <= 0 || rest <= 0) break;
    blocks[index]++;
    left--;
  }
  return blocks;
}

/** The last unit is repeated, or the last ones are taken out: the block that changes the shape stays. */
function stageEdit(stage: Stage, blocks: number): Edit[] {
  const { units } = stage;
  const more = blocks - blocksOf(stage);
  if (more === 0) return [];
  if (more > 0) return [{ kind: 'repeat', layers: units.at(-1)!.layers, times: 1 + more }];
  return [{ kind: 'repeat', layers: units.slice(more).flatMap(({ layers }) => layers), times: 0 }];
}
