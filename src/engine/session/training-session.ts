import type { Parameter } from '../../core/graph/parameter.ts';
import type { ParameterGroup } from '../../core/recipe/parametrization.ts';
import type { Optimizer } from '../../core/schema/recipe.ts';
import { createOptimizerKernels } from '../kernels/optimizer.ts';
import type { OptimizerKernels } from '../kernels/optimizer.ts';
import type { Statistic, TrainingProgram } from '../program/contract.ts';
import type { Region } from './layout.ts';
import { drawMask } from './masks.ts';
import { RuntimeSession } from './runtime-session.ts';
import type { Binding } from './runtime-session.ts';
import { SessionMemory } from './session-memory.ts';

/** Consecutive parameters that are updated alike, so that one kernel call covers them. */
interface Stretch {
  /** Offset in bytes from the start of each block. */
  readonly offset: number;
  readonly floats: number;
  readonly group: ParameterGroup;
}

/** Gradient rows that are added into a table after each run. */
interface RowSum {
  readonly rows: Region;
  readonly indices: Region;
  readonly columns: number;
  readonly table: number;
}

type View = Int32Array | Float32Array;

/**
 * A program with its parameters, gradients and optimiser state in one memory. onnxruntime reads and writes that memory
 * directly, and the kernels update it in place.
 */
export class TrainingSession {
  /** All parameters and their moments, laid out alike, with padding. */
  readonly state: {
    readonly parameters: Float32Array;
    readonly moments1: Float32Array;
    readonly moments2: Float32Array;
  };
  /** Inputs of the program by name, to be filled before each step. */
  readonly inputs: Readonly<Record<string, View>>;
  /** Parameters by name, as views of `state.parameters`. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Gradients of the last step by name. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Running means and variances by name. */
  readonly buffers: ReadonlyMap<string, Float32Array>;

  private readonly session: RuntimeSession;
  private readonly kernels: OptimizerKernels;
  private readonly layout: SessionMemory;
  private readonly loss: Float32Array;
  private readonly masks: readonly { readonly values: Float32Array; readonly rate: number }[];
  private readonly rowSums: readonly RowSum[];
  /** Moves the kept statistics by those of the last batch. */
  private readonly statistics: readonly (() => void)[];
  /** Gradients that no program output overwrites: cleared before rows are added. */
  private readonly sparse: readonly Float32Array[];
  private readonly stretches: readonly Stretch[];

  /** `groupOf` decides how each parameter is updated. `threads` are onnxruntime's own. */
  static async create(
    program: TrainingProgram,
    groupOf: (parameter: Parameter) => ParameterGroup,
    threads: number,
  ): Promise<TrainingSession> {
    const layout = new SessionMemory(program);
    const [inputs, outputs] = [inputBindings(program, layout), outputBindings(program, layout)];
    const session = await RuntimeSession.create(program.bytes, threads, inputs, outputs);
    return new TrainingSession(session, layout, program, groupOf);
  }

  private constructor(
    session: RuntimeSession,
    layout: SessionMemory,
    program: TrainingProgram,
    groupOf: (parameter: Parameter) => ParameterGroup,
  ) {
    const byName = (regions: readonly Region[]): Map<string, Float32Array> =>
      new Map(program.parameters.map(({ name }, index) => [name, layout.floats(regions[index])]));
    this.session = session;
    this.layout = layout;
    this.kernels = createOptimizerKernels(layout.memory);
    this.state = {
      parameters: layout.block(layout.weights),
      moments1: layout.block(layout.moments1),
      moments2: layout.block(layout.moments2),
    };
    this.loss = layout.floats(layout.loss);
    this.parameters = byName(layout.weights);
    this.gradients = byName(layout.gradients);
    this.inputs = Object.fromEntries(program.inputs.map((_, index) => inputView(program, layout, index)));
    this.masks = program.masks.map(({ rate }, index) => ({ values: layout.floats(layout.masks[index]).fill(1), rate }));
    this.rowSums = rowSums(program, layout);
    this.buffers = new Map([...layout.buffers].map(([name, region]) => [name, layout.floats(region)]));
    this.statistics = program.statistics.map((statistic, index) =>
      movement(statistic, layout.floats(layout.statistics[index]), this.buffers.get(statistic.buffer)!),
    );
    this.sparse = program.parameters
      .filter(({ name }) => !program.gradients.get(name)!.dense)
      .map(({ name }) => this.gradients.get(name)!);
    this.stretches = mergeStretches(program.parameters.map(groupOf), layout.weights);
  }

  /** Draws what the next run drops. `part` tells the batches of one step apart. Masks that were never drawn drop nothing. */
  drawMasks(seed: number, step: number, part = 0): void {
    for (const [index, { values, rate }] of this.masks.entries()) drawMask(values, rate, [seed, step, part, index]);
  }

  /** Runs forward and backward on the current inputs and leaves the gradients; gives the mean loss. */
  async computeGradients(): Promise<number> {
    await this.session.run();
    for (const gradient of this.sparse) gradient.fill(0);
    for (const { rows, indices, columns, table } of this.rowSums) {
      this.kernels.addRows(rows.address, indices.address, indices.length, columns, table);
    }
    for (const move of this.statistics) move();
    return this.loss[0];
  }

  /** Updates the parameters from the gradients; `step` counts from 0, `learningRate` is the schedule's value. */
  applyGradients(optimizer: Optimizer, learningRate: number, step: number): void {
    const { beta1, beta2, epsilon } = optimizer;
    const gradientFactor = this.clipFactor(optimizer.clip);
    const [correction1, correction2] = [1 / (1 - beta1 ** (step + 1)), 1 / (1 - beta2 ** (step + 1))];
    const shared = { beta1, beta2, epsilon, gradientFactor, correction1, correction2 };
    const [weights, gradients, moments1, moments2] = [
      this.layout.weights,
      this.layout.gradients,
      this.layout.moments1,
      this.layout.moments2,
    ].map(([first]) => first.address);
    for (const { offset, floats, group } of this.stretches) {
      const rate = learningRate * group.learningRateFactor;
      const scalars = { ...shared, learningRate: rate, decay: rate * group.weightDecay };
      this.kernels.adamW(weights + offset, gradients + offset, moments1 + offset, moments2 + offset, floats, scalars);
    }
  }

  release(): void {
    this.session.release();
  }

  /** Clipping by the global norm of the gradient (Pascanu et al. 2013): 1, or clip / norm where the norm is larger. */
  private clipFactor(clip: number): number {
    if (clip === 0) return 1;
    const { gradients } = this.layout;
    const norm = Math.sqrt(this.kernels.sumOfSquares(gradients[0].address, this.layout.block(gradients).length));
    return norm > clip ? clip / norm : 1;
  }
}

/** Kept variances are of a sample, measured ones of the batch itself (PyTorch). */
function movement({ kind, momentum, samples }: Statistic, measured: Float32Array, kept: Float32Array): () => void {
  if (kind === 'variance') kept.fill(1);
  const factor = kind === 'variance' && samples > 1 ? samples / (samples - 1) : 1;
  return () => {
    for (const [index, value] of measured.entries()) kept[index] += momentum * (factor * value - kept[index]);
  };
}

function inputView(program: TrainingProgram, layout: SessionMemory, index: number): readonly [string, View] {
  const { name, dtype } = program.inputs[index];
  const region = layout.inputs[index];
  return [name, dtype === 'int32' ? layout.integers(region) : layout.floats(region)];
}

function inputBindings(program: TrainingProgram, layout: SessionMemory): Binding[] {
  const inputs = program.inputs.map(({ name, shape }, index) => {
    return { name, shape, values: inputView(program, layout, index)[1] };
  });
  const weights = program.parameters.map(({ name, shape }, index) => {
    return { name, shape, values: layout.floats(layout.weights[index]) };
  });
  const masks = program.masks.map(({ name, shape }, index) => {
    return { name, shape, values: layout.floats(layout.masks[index]) };
  });
  return [...inputs, ...masks, ...weights];
}

function outputBindings(program: TrainingProgram, layout: SessionMemory): Binding[] {
  const outputs: Binding[] = [{ name: program.loss, shape: [], values: layout.floats(layout.loss) }];
  for (const [index, { output }] of program.statistics.entries())
    outputs.push({ ...output, values: layout.floats(layout.statistics[index]) });
  for (const [index, { name }] of program.parameters.entries()) {
    const { dense, rows } = program.gradients.get(name)!;
    if (dense) outputs.push({ ...dense, values: layout.floats(layout.gradients[index]) });
    if (rows) outputs.push({ ...rows, values: layout.floats(layout.rows.get(name)!) });
  }
  return outputs;
}

function rowSums(program: TrainingProgram, layout: SessionMemory): RowSum[] {
  return program.parameters.flatMap(({ name, shape }, index) => {
    const { rows } = program.gradients.get(name)!;
    if (!rows) return [];
    const input = program.inputs.findIndex((one) => one.name === rows.indices);
    return [
      {
        rows: layout.rows.get(name)!,
        indices: layout.inputs[input],
        columns: shape.at(-1)!,
        table: layout.gradients[index].address,
      },
    ];
  });
}

function mergeStretches(groups: readonly ParameterGroup[], weights: readonly Region[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [index, group] of groups.entries()) {
    const { address, floats } = weights[index];
    const last = stretches.at(-1);
    const isSame =
      last?.group.learningRateFactor === group.learningRateFactor && last.group.weightDecay === group.weightDecay;
    if (last && isSame) stretches[stretches.length - 1] = { ...last, floats: last.floats + floats };
    else stretches.push({ offset: address - weights[0].address, floats, group });
  }
  return stretches;
}
