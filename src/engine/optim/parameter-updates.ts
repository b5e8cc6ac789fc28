import type { ParameterGroup } from '../../core/recipe/parametrization.ts';
import type { Optimizer, OptimizerOf } from '../../core/schema/recipe.ts';
import type { OptimizerKernels } from '../kernels/optimizer.ts';
import type { Region } from '../session/layout.ts';
import type { RuntimeSession } from '../session/runtime-session.ts';
import type { SessionMemory } from '../session/session-memory.ts';
import { createOrthogonalizer } from './orthogonalize.ts';
import type { Orthogonalization } from './orthogonalize.ts';
import { mergeStretches } from './stretches.ts';
import type { Stretch } from './stretches.ts';

type Adam = Pick<OptimizerOf<'adamw'>, 'beta1' | 'beta2' | 'epsilon'>;

/** Moments of each parameter that an optimiser keeps. */
export const MOMENTS_OF: Readonly<Record<Optimizer['kind'], 1 | 2>> = { adamw: 2, sgd: 1, muon: 2 };

/** The optimisers over a session's memory: parameters, gradients and moments, which the kernels change in place. */
export class ParameterUpdates {
  private readonly memory: SessionMemory;
  private readonly kernels: OptimizerKernels;
  private readonly stretches: readonly Stretch[];
  private readonly orthogonalizer: RuntimeSession | undefined;

  /** `groups` by parameter, in the program's order. */
  static async create(
    memory: SessionMemory,
    kernels: OptimizerKernels,
    groups: readonly ParameterGroup[],
    threads: number,
  ): Promise<ParameterUpdates> {
    const matrices = groups.flatMap((group, index) => orthogonalizations(memory, group, index));
    const orthogonalizer = matrices.length > 0 ? await createOrthogonalizer(matrices, threads) : undefined;
    return new ParameterUpdates(memory, kernels, mergeStretches(groups, memory.weights), orthogonalizer);
  }

  private constructor(
    memory: SessionMemory,
    kernels: OptimizerKernels,
    stretches: readonly Stretch[],
    orthogonalizer: RuntimeSession | undefined,
  ) {
    this.memory = memory;
    this.kernels = kernels;
    this.stretches = stretches;
    this.orthogonalizer = orthogonalizer;
  }

  /** One step from the gradients; `step` counts from 0, `learningRate` is the schedule's value. */
  apply(optimizer: Optimizer, learningRate: number, step: number): void {
    const gradientFactor = this.clipFactor(optimizer.clip);
    switch (optimizer.kind) {
      case 'adamw':
        for (const stretch of this.stretches) this.adamW(optimizer, stretch, learningRate, gradientFactor, step);
        return;
      case 'sgd':
        for (const stretch of this.stretches) this.momentum(optimizer, stretch, learningRate, gradientFactor);
        return;
      case 'muon':
        this.muon(optimizer, learningRate, gradientFactor, step);
    }
  }

  release(): void {
    this.orthogonalizer?.release();
  }

  private adamW(adam: Adam, { offset, floats, group }: Stretch, rate: number, gradientFactor: number, step: number) {
    const { beta1, beta2, epsilon } = adam;
    const learningRate = rate * group.learningRateFactor;
    const [weights, gradients, moments1] = this.at(offset);
    this.kernels.adamW(weights, gradients, moments1, this.memory.moments2[0].address + offset, floats, {
      learningRate,
      beta1,
      beta2,
      epsilon,
      decay: learningRate * group.weightDecay,
      gradientFactor,
      correction1: 1 / (1 - beta1 ** (step + 1)),
      correction2: 1 / (1 - beta2 ** (step + 1)),
    });
  }

  private momentum(sgd: OptimizerOf<'sgd'>, { offset, floats, group }: Stretch, rate: number, gradientFactor: number) {
    const learningRate = rate * group.learningRateFactor;
    const isCoupled = sgd.decay === 'coupled';
    const [weights, gradients, moments] = this.at(offset);
    this.kernels.momentum(weights, gradients, moments, floats, {
      gradientFactor,
      momentum: sgd.momentum,
      coupled: isCoupled ? group.weightDecay : 0,
      decay: isCoupled ? 0 : learningRate * group.weightDecay,
      gradientRate: sgd.nesterov ? learningRate : 0,
      momentumRate: sgd.nesterov ? learningRate * sgd.momentum : learningRate,
    });
  }

  /**
   * Hidden matrices: M = mu M + (1 - mu) G, and the orthogonalised M, or (1 - mu) G + mu M (Nesterov), is the step (torch.optim.Muon). The
   * place of the gradient takes what is orthogonalised, that of the second moment, which Muon lacks, what comes out.
   */
  private muon(muon: OptimizerOf<'muon'>, rate: number, gradientFactor: number, step: number): void {
    const isHidden = ({ group }: Stretch): boolean => group.matrices !== undefined;
    const hidden = this.stretches.filter(isHidden);
    for (const stretch of this.stretches) if (!isHidden(stretch)) this.adamW(muon, stretch, rate, gradientFactor, step);
    const { momentum, nesterov } = muon;
    for (const { offset, floats } of hidden) {
      const [, gradients, moments] = this.at(offset);
      this.kernels.combine(moments, gradients, floats, momentum, (1 - momentum) * gradientFactor);
      const [own, ofMoment] = nesterov ? [(1 - momentum) * gradientFactor, momentum] : [0, 1];
      this.kernels.combine(gradients, moments, floats, own, ofMoment);
    }
    this.orthogonalizer?.runNow();
    for (const { offset, floats, group } of hidden) {
      const [weights] = this.at(offset);
      const learningRate = rate * group.learningRateFactor;
      const directions = this.memory.moments2[0].address + offset;
      const keep = 1 - learningRate * group.weightDecay;
      this.kernels.combine(weights, directions, floats, keep, -learningRate * group.stepFactor!);
    }
  }

  /** Addresses of weights, gradients and first moments. */
  private at(offset: number): readonly [weights: number, gradients: number, moments: number] {
    const { weights, gradients, moments1 } = this.memory;
    return [weights[0].address + offset, gradients[0].address + offset, moments1[0].address + offset];
  }

  /** Clipping by the global norm of the gradient (Pascanu et al. 2013): 1, or clip / norm where the norm is larger. */
  private clipFactor(clip: number): number {
    if (clip === 0) return 1;
    const { gradients } = this.memory;
    const norm = Math.sqrt(this.kernels.sumOfSquares(gradients[0].address, this.memory.block(gradients).length));
    return norm > clip ? clip / norm : 1;
  }
}

/** The matrices of one parameter, each a stretch of its gradient. */
function orthogonalizations(memory: SessionMemory, { matrices }: ParameterGroup, index: number): Orthogonalization[] {
  if (!matrices) return [];
  const { count, rows, columns } = matrices;
  const part = (region: Region, at: number): Float32Array =>
    memory.floats(region).subarray(at * rows * columns, (at + 1) * rows * columns);
  return Array.from({ length: count }, (_, at) => ({
    rows,
    columns,
    from: part(memory.gradients[index], at),
    to: part(memory.moments2[index], at),
  }));
}
