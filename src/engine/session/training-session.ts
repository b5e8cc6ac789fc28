import type { Parameter } from '../../core/graph/parameter.ts';
import type { ParameterGroup } from '../../core/recipe/parametrization.ts';
import type { Optimizer } from '../../core/schema/recipe.ts';
import { createOptimizerKernels } from '../kernels/optimizer.ts';
import type { OptimizerKernels } from '../kernels/optimizer.ts';
import { MOMENTS_OF, ParameterUpdates } from '../optim/parameter-updates.ts';
import type { Statistic, TrainingProgram } from '../program/contract.ts';
import type { Region } from './layout.ts';
import { drawMask } from './masks.ts';
import { RuntimeSession } from './runtime-session.ts';
import type { Binding } from './runtime-session.ts';
import { SessionMemory } from './session-memory.ts';

/** Gradient rows that are added into a table after each run. */
interface RowSum {
  readonly rows: Region;
  readonly indices: Region;
  readonly columns: number;
  readonly table: number;
}

/** What a session is made for. */
export interface SessionOptions {
  /** Kind of the optimiser; default adamw. */
  readonly optimizer?: Optimizer['kind'];
  /** Whether `accumulate` will be called. Default false. */
  readonly accumulates?: boolean;
  /** Keeps an exponential moving average of weights and statistics with this decay. Default: none. */
  readonly averageDecay?: number;
}

type View = Int32Array | Float32Array;

/**
 * A program with its parameters, gradients and optimiser state in one memory. onnxruntime reads and writes that memory
 * directly, and the kernels update it in place.
 */
export class TrainingSession {
  /** All that a resumed run must find again, by name: parameters, moments, averages, kept statistics; each with padding. */
  readonly slots: ReadonlyMap<string, Float32Array>;
  /** What is evaluated: the averages where there are some, else the parameters and statistics themselves. */
  readonly evaluated: {
    readonly parameters: ReadonlyMap<string, Float32Array>;
    readonly buffers: ReadonlyMap<string, Float32Array>;
  };
  /** Inputs of the program by name, to be filled before each step. */
  readonly inputs: Readonly<Record<string, View>>;
  /** Parameters by name, as views of their slot. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Gradients of the last step by name; those of frozen parameters stay 0. */
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
  private readonly updates: ParameterUpdates;
  private readonly averageDecay: number | undefined;
  /** Batches whose gradients are put aside. */
  private pending = 0;

  /** `groupOf` decides how each parameter is updated. `threads` are onnxruntime's own. */
  static async create(
    program: TrainingProgram,
    groupOf: (parameter: Parameter) => ParameterGroup,
    threads: number,
    options: SessionOptions = {},
  ): Promise<TrainingSession> {
    const layout = new SessionMemory(program, {
      moments: MOMENTS_OF[options.optimizer ?? 'adamw'],
      accumulates: options.accumulates ?? false,
      averages: options.averageDecay !== undefined,
    });
    const [inputs, outputs] = [inputBindings(program, layout), outputBindings(program, layout)];
    const session = await RuntimeSession.create(program.bytes, threads, inputs, outputs);
    const kernels = createOptimizerKernels(layout.memory);
    const updates = await ParameterUpdates.create(layout, kernels, program.parameters.map(groupOf), threads);
    return new TrainingSession(session, layout, program, kernels, updates, options.averageDecay);
  }

  private constructor(
    session: RuntimeSession,
    layout: SessionMemory,
    program: TrainingProgram,
    kernels: OptimizerKernels,
    updates: ParameterUpdates,
    averageDecay: number | undefined,
  ) {
    const byName = (regions: readonly Region[]): Map<string, Float32Array> =>
      new Map(program.parameters.map(({ name }, index) => [name, layout.floats(regions[index])]));
    this.session = session;
    this.layout = layout;
    this.kernels = kernels;
    this.updates = updates;
    this.averageDecay = averageDecay;
    this.slots = slotsOf(layout);
    this.loss = layout.floats(layout.loss);
    this.parameters = byName(layout.weights);
    this.gradients = byName(layout.gradients);
    this.inputs = Object.fromEntries(program.inputs.map((_, index) => inputView(program, layout, index)));
    this.masks = program.masks.map(({ rate }, index) => ({ values: layout.floats(layout.masks[index]).fill(1), rate }));
    this.rowSums = rowSums(program, layout);
    const kept = (regions: ReadonlyMap<string, Region>): Map<string, Float32Array> =>
      new Map([...regions].map(([name, region]) => [name, layout.floats(region)]));
    this.buffers = kept(layout.buffers);
    for (const { name, start } of program.buffers) this.buffers.get(name)!.fill(start);
    this.evaluated =
      averageDecay === undefined ? this : { parameters: byName(layout.averages), buffers: kept(layout.averageBuffers) };
    this.statistics = program.statistics.map((statistic, index) =>
      movement(statistic, layout.floats(layout.statistics[index]), this.buffers.get(statistic.buffer)!),
    );
    this.sparse = program.parameters
      .filter(({ name }) => program.gradients.get(name)?.rows && !program.gradients.get(name)?.dense)
      .map(({ name }) => this.gradients.get(name)!);
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

  /** Puts the gradients of a batch aside; those of the batches that follow, up to the next update, are averaged with them. */
  accumulate(): void {
    const { gradients, sums } = this.layout;
    this.kernels.combine(sums[0].address, gradients[0].address, this.layout.block(sums).length, 1, 1);
    this.pending += 1;
  }

  /**
   * Updates the parameters from the gradients, or from their mean over the batches put aside and the last one, then the
   * averages. `step` counts from 0, `learningRate` is the schedule's value; the optimiser is of the kind that the session was made for.
   */
  applyGradients(optimizer: Optimizer, learningRate: number, step: number): void {
    this.takeSums();
    this.updates.apply(optimizer, learningRate, step);
    this.moveAverages(step);
  }

  release(): void {
    this.session.release();
    this.updates.release();
  }

  /** The mean of the gradients that were put aside and the last ones. */
  private takeSums(): void {
    if (this.pending === 0) return;
    const [gradients, sums] = [this.layout.gradients[0].address, this.layout.sums[0].address];
    const floats = this.layout.block(this.layout.sums);
    const share = 1 / (this.pending + 1);
    this.kernels.combine(gradients, sums, floats.length, share, share);
    floats.fill(0);
    this.pending = 0;
  }

  /**
   * Moves the averages a step on. With the decay d after t steps the average is sum d^(t-s) w_s / sum d^(t-s) over the steps s = 1..t: the
   * plain recursion, corrected for its start at 0 as Adam's moments are. So the newest weights count (1 - d) / (1 - d^t).
   */
  private moveAverages(step: number): void {
    const { averageDecay: decay, layout } = this;
    if (decay === undefined) return;
    const share = (1 - decay) / (1 - decay ** (step + 1));
    const blocks = [
      [layout.averages, layout.weights],
      [[...layout.averageBuffers.values()], [...layout.buffers.values()]],
    ];
    for (const [averages, values] of blocks) {
      if (averages.length === 0) continue;
      this.kernels.combine(averages[0].address, values[0].address, layout.block(values).length, 1 - share, share);
    }
  }
}

/** Kept variances start at 1, means at 0. */
function movement({ kind, momentum, factor }: Statistic, measured: Float32Array, kept: Float32Array): () => void {
  if (kind === 'variance') kept.fill(1);
  return () => {
    for (const [index, value] of measured.entries()) kept[index] += momentum * (factor * value - kept[index]);
  };
}

/** By name; what the session does not keep is left out. */
function slotsOf(layout: SessionMemory): Map<string, Float32Array> {
  const regions = {
    parameters: layout.weights,
    moments1: layout.moments1,
    moments2: layout.moments2,
    averages: layout.averages,
    buffers: [...layout.buffers.values()],
    averageBuffers: [...layout.averageBuffers.values()],
  };
  const blocks = Object.entries(regions).map(([name, block]) => [name, layout.block(block)] as const);
  return new Map(blocks.filter(([, block]) => block.length > 0));
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
  const buffers = program.buffers.map(({ name, shape }) => {
    return { name, shape, values: layout.floats(layout.buffers.get(name)!) };
  });
  return [...inputs, ...masks, ...weights, ...buffers];
}

function outputBindings(program: TrainingProgram, layout: SessionMemory): Binding[] {
  const outputs: Binding[] = [{ name: program.loss, shape: [], values: layout.floats(layout.loss) }];
  for (const [index, { output }] of program.statistics.entries())
    outputs.push({ ...output, values: layout.floats(layout.statistics[index]) });
  for (const [index, { name }] of program.parameters.entries()) {
    const { dense, rows } = program.gradients.get(name) ?? {};
    if (dense) outputs.push({ ...dense, values: layout.floats(layout.gradients[index]) });
    if (rows) outputs.push({ ...rows, values: layout.floats(layout.rows.get(name)!) });
  }
  return outputs;
}

function rowSums(program: TrainingProgram, layout: SessionMemory): RowSum[] {
  return program.parameters.flatMap(({ name, shape }, index) => {
    const rows = program.gradients.get(name)?.rows;
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
