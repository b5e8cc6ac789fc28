import { growableStages } from '../graph/growable.ts';
import { stagesOf } from '../graph/repeats.ts';
import type { Stage } from '../graph/repeats.ts';
import type { Graph } from '../graph/types.ts';

/** What a depth knob turns, and how. */
export interface DepthStages {
  readonly stages: readonly Stage[];
  /** The copies keep a shape that the stage itself changes. */
  readonly keepsShape: boolean;
}

/** Below this share of the layers with weights, what repeats is no block of the network but a layer that happens to keep its shape. */
const LEAST_SHARE = 1 / 4;

/**
 * The blocks that repeat. Where they are none or hardly any of the layers, as in a plain or a densely connected network: layers that
 * change the shape, each to be followed by copies that keep it.
 */
export function depthStages(graph: Graph): DepthStages {
  const repeated = stagesOf(graph);
  if (layersOf(repeated) >= LEAST_SHARE * weightedLayers(graph)) return { stages: repeated, keepsShape: false };
  const growable = growableStages(graph);
  const isMore = layersOf(growable) > layersOf(repeated);
  return { stages: isMore ? growable : repeated, keepsShape: isMore };
}

/** Blocks of a stage: its units and the one that leads in. */
export const blocksOf = ({ units, hasEntry }: Stage): number => units.length + (hasEntry ? 1 : 0);

const layersOf = (stages: readonly Stage[]): number =>
  stages.reduce((sum, stage) => sum + stage.weighted * blocksOf(stage), 0);

const weightedLayers = ({ operators, tensors }: Graph): number =>
  operators.filter(({ inputs }) =>
    inputs.some((id) => tensors[id].source === 'parameter' && tensors[id].shape.length > 1),
  ).length;
