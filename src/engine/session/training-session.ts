import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { sizeOf } from '../../core/graph/shapes.ts';
import type { ParameterGroup } from '../../core/recipe/parametrization.ts';
import type { Optimizer } from '../../core/schema/recipe.ts';
import { createOptimizerKernels } from '../kernels/optimizer.ts';
import type { OptimizerKernels } from '../kernels/optimizer.ts';
import type { TrainingProgram } from '../program/contract.ts';
import { Layout } from './layout.ts';
import type { Region } from './layout.ts';
import { createSession, loadRuntime } from './runtime.ts';

/** Parameters, gradients and moments of consecutive parameters that are updated alike. */
interface Stretch {
  readonly start: number;
  readonly floats: number;
  readonly group: ParameterGroup;
}

/** Rows of gradients that are added into a table after each run. */
interface RowSum {
  readonly rows: Region;
  readonly indices: Region;
  readonly columns: number;
  readonly table: number;
}

type Feeds = Record<string, Tensor>;

/**
 * A program with its parameters, gradients and optimiser state in one memory. onnxruntime reads and writes that memory
 * directly, and the kernels update it in place: nothing is copied in a step.
 */
export class TrainingSession {
  /** All parameters, then equally laid out: gradients, first and second moments. */
  readonly state: {
    readonly parameters: Float32Array;
    readonly moments1: Float32Array;
    readonly moments2: Float32Array;
  };
  /** Inputs of the program by name, to be filled before each step. */
  readonly inputs: Readonly<Record<string, Int32Array | Float32Array>>;
  /** Parameters by name, as views of `state.parameters`. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Gradients of the last step by name. */
  readonly gradients: ReadonlyMap<string, Float32Array>;

  private readonly session: InferenceSession;
  private readonly kernels: OptimizerKernels;
  private readonly feeds: Feeds;
  private readonly fetches: Feeds;
  private readonly loss: Float32Array;
  private readonly gradientView: Float32Array;
  private readonly rowSums: readonly RowSum[];
  /** Gradients that no program output overwrites: cleared before rows are added. */
  private readonly sparse: readonly Float32Array[];
  private readonly offsets: { readonly gradients: number; readonly moments1: number; readonly moments2: number };
  private readonly stretches: readonly Stretch[];

  /** `groupOf` decides how each parameter is updated. `threads` are onnxruntime's own. */
  static async create(
    program: TrainingProgram,
    groupOf: (parameter: TrainingProgram['parameters'][number]) => ParameterGroup,
    threads: number,
  ): Promise<TrainingSession> {
    const ort = await loadRuntime();
    return new TrainingSession(ort, await createSession(program.bytes, threads), program, groupOf);
  }

  private constructor(
    ort: Awaited<ReturnType<typeof loadRuntime>>,
    session: InferenceSession,
    program: TrainingProgram,
    groupOf: (parameter: TrainingProgram['parameters'][number]) => ParameterGroup,
  ) {
    this.session = session;
    const layout = new Layout();
    const block = (): Region[] => program.parameters.map(({ shape }) => layout.reserve(sizeOf(shape)));
    const [weights, gradients, moments1, moments2] = [block(), block(), block(), block()];
    const inputs = program.inputs.map(({ shape }) => layout.reserve(sizeOf(shape)));
    const loss = layout.reserve(1);
    const rows = new Map(
      [...program.gradients].flatMap(([name, { rows }]) =>
        rows ? [[name, layout.reserve(sizeOf(rows.shape))] as const] : [],
      ),
    );
    const memory = layout.allocate();
    this.kernels = createOptimizerKernels(memory);
    const floats = ({ address, length }: Region): Float32Array<ArrayBuffer> =>
      new Float32Array(memory.buffer, address, length);
    const whole = (regions: readonly Region[]): Float32Array<ArrayBuffer> => {
      const last = regions.at(-1)!;
      return new Float32Array(memory.buffer, regions[0].address, (last.address - regions[0].address) / 4 + last.floats);
    };
    const tensor = (region: Region, shape: readonly number[]): Tensor =>
      new ort.Tensor('float32', floats(region), shape);

    this.state = { parameters: whole(weights), moments1: whole(moments1), moments2: whole(moments2) };
    this.gradientView = whole(gradients);
    this.offsets = { gradients: gradients[0].address, moments1: moments1[0].address, moments2: moments2[0].address };
    this.loss = floats(loss);
    const feeds: Feeds = {};
    const views: Record<string, Int32Array | Float32Array> = {};
    for (const [index, { name, shape, dtype }] of program.inputs.entries()) {
      const { address, length } = inputs[index];
      const view = dtype === 'int32' ? new Int32Array(memory.buffer, address, length) : floats(inputs[index]);
      views[name] = view;
      feeds[name] =
        dtype === 'int32' ? new ort.Tensor('int32', view as Int32Array, shape) : tensor(inputs[index], shape);
    }
    this.inputs = views;

    const fetches: Feeds = { [program.loss]: tensor(loss, []) };
    const named = { parameters: new Map<string, Float32Array>(), gradients: new Map<string, Float32Array>() };
    const rowSums: RowSum[] = [];
    for (const [index, parameter] of program.parameters.entries()) {
      const { name, shape } = parameter;
      feeds[name] = tensor(weights[index], shape);
      named.parameters.set(name, floats(weights[index]));
      named.gradients.set(name, floats(gradients[index]));
      const output = program.gradients.get(name)!;
      if (output.dense) fetches[output.dense.name] = tensor(gradients[index], output.dense.shape);
      if (output.rows) {
        const region = rows.get(name)!;
        fetches[output.rows.name] = tensor(region, output.rows.shape);
        const indices = inputs[program.inputs.findIndex((input) => input.name === output.rows!.indices)];
        rowSums.push({ rows: region, indices, columns: shape.at(-1)!, table: gradients[index].address });
      }
    }
    this.sparse = program.parameters.flatMap(({ name }, index) => {
      const output = program.gradients.get(name)!;
      return output.dense ? [] : [floats(gradients[index])];
    });
    this.parameters = named.parameters;
    this.gradients = named.gradients;
    this.rowSums = rowSums;
    this.feeds = feeds;
    this.fetches = fetches;
    this.stretches = mergeStretches(program.parameters.map(groupOf), weights);
  }

  /** Runs forward and backward on the current inputs and leaves the gradients; gives the mean loss. */
  async computeGradients(): Promise<number> {
    await this.session.run(this.feeds as InferenceSession.FeedsType, this.fetches as InferenceSession.FetchesType);
    for (const gradient of this.sparse) gradient.fill(0);
    for (const { rows, indices, columns, table } of this.rowSums) {
      this.kernels.addRows(rows.address, indices.address, indices.length, columns, table);
    }
    return this.loss[0];
  }

  /** Updates the parameters from the gradients; `step` counts from 0, `learningRate` is the schedule's value. */
  applyGradients(optimizer: Optimizer, learningRate: number, step: number): void {
    const gradientFactor = this.clipFactor(optimizer.clip);
    const { beta1, beta2, epsilon } = optimizer;
    for (const { start, floats, group } of this.stretches) {
      const rate = learningRate * group.learningRateFactor;
      this.kernels.adamW(
        start,
        this.offsets.gradients + start,
        this.offsets.moments1 + start,
        this.offsets.moments2 + start,
        floats,
        {
          learningRate: rate,
          beta1,
          beta2,
          epsilon,
          decay: rate * group.weightDecay,
          gradientFactor,
          correction1: 1 / (1 - beta1 ** (step + 1)),
          correction2: 1 / (1 - beta2 ** (step + 1)),
        },
      );
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  /** Clipping by the global norm of the gradient (Pascanu et al. 2013): 1, or clip / norm where the norm is larger. */
  private clipFactor(clip: number): number {
    if (clip === 0) return 1;
    const norm = Math.sqrt(this.kernels.sumOfSquares(this.offsets.gradients, this.gradientView.length));
    return norm > clip ? clip / norm : 1;
  }
}

/** Joins neighbours that are updated alike, so that one kernel call covers them. */
function mergeStretches(groups: readonly ParameterGroup[], weights: readonly Region[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [index, group] of groups.entries()) {
    const { address, floats } = weights[index];
    const last = stretches.at(-1);
    const isSame =
      last?.group.learningRateFactor === group.learningRateFactor && last.group.weightDecay === group.weightDecay;
    if (last && isSame) stretches[stretches.length - 1] = { ...last, floats: last.floats + floats };
    else stretches.push({ start: address, floats, group });
  }
  return stretches;
}
