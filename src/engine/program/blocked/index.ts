import type { Graph, Operator, OperatorKind } from '../../../core/graph/types.ts';
import type { Emitter } from '../emitter.ts';
import type { Placement } from '../placement.ts';
import { BlockedBatchNorms } from './batch-norm.ts';
import { convolution, filterGradient } from './convolution.ts';
import { alike, ImageGates } from './elementwise.ts';
import { BlockedImages } from './images.ts';
import { inputGradient } from './input-gradient.ts';
import * as pointwise from './pointwise.ts';

/** Writes what it can of a graph on blocked images; other operators ask for their operands as they stand. */
export class BlockedLowering {
  readonly #images: BlockedImages;
  readonly #lower: Readonly<Partial<Record<OperatorKind, (operator: Operator) => boolean>>>;

  constructor(e: Emitter, graph: Graph, block: number) {
    const images = new BlockedImages(e, graph, block);
    const norms = new BlockedBatchNorms(images);
    const gates = new ImageGates(images);
    const same = (operator: Operator): boolean => alike(images, operator);
    this.#images = images;
    this.#lower = {
      convolution: (operator) => pointwise.convolution(images, operator) || convolution(images, operator),
      convolutionInputGradient: (operator) =>
        pointwise.inputGradient(images, operator) || inputGradient(images, operator),
      convolutionFilterGradient: (operator) =>
        pointwise.filterGradient(images, operator) || filterGradient(images, operator),
      batchNormalize: (operator) => norms.forward(operator),
      batchNormalizeGradient: (operator) => norms.backward(operator),
      activation: same,
      activationGradient: same,
      scale: same,
      add: (operator) => gates.add(operator),
      multiply: (operator) => gates.multiply(operator),
      broadcast: (operator) => gates.broadcast(operator),
      reduce: (operator) => gates.reduce(operator),
    };
  }

  /** Whether the operator was written. */
  lower(operator: Operator): boolean {
    return this.#lower[operator.kind]?.(operator) ?? false;
  }

  /** Where other operators leave and look for their tensors. */
  get placement(): Placement {
    return this.#images.placement;
  }
}
