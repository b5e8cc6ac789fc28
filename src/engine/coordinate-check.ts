import type { GptSpec } from '../core/model/index.ts';
import { slopeOf } from '../core/recipe/coordinates.ts';
import type { Recipe } from '../core/schema/recipe.ts';
import { sizeOf } from '../core/graph/shapes.ts';
import type { BatchSource } from './data/contract.ts';
import { buildActivationProgram } from './program/index.ts';
import type { ActivationKind } from './program/index.ts';
import { RuntimeSession } from './session/runtime-session.ts';
import { networkOfSpec } from './network.ts';
import { startSession } from './train.ts';

export interface CoordinateCheckOptions {
  /** The model at its smallest width; heads grow with the width, so that their size stays. */
  readonly model: GptSpec;
  /** Rising; each a multiple of the head size. */
  readonly widths: readonly number[];
  /** Learning rate and parametrisation; the schedule is left out, each step takes the peak rate. */
  readonly recipe: Recipe;
  /** Steps on the same batch. A handful: more would train. */
  readonly steps: number;
  /** Windows in a batch. */
  readonly batch: number;
  readonly seeds: readonly number[];
  readonly batches: BatchSource;
}

/** Mean absolute activation of one kind of layer by width, after the last step, and its slope. */
export interface Coordinate {
  readonly kind: ActivationKind;
  /** By width: a mean over seeds, blocks and elements. */
  readonly scales: readonly number[];
  /** By width: mean absolute change since the start. */
  readonly changes: readonly number[];
  /** Slopes of the logarithms against the logarithm of the width: 0 is flat. */
  readonly scaleSlope: number;
  readonly changeSlope: number;
}

/**
 * The coordinate check of Yang et al. 2022 (appendix D.1): a parametrisation transfers over width only if activations, and their changes
 * in training, neither grow nor vanish with the width.
 */
export async function coordinateCheck(options: CoordinateCheckOptions): Promise<Coordinate[]> {
  const { widths, seeds } = options;
  const runs: Map<ActivationKind, Scale>[] = [];
  for (const width of widths) {
    const ofSeeds: Map<ActivationKind, Scale>[] = [];
    for (const seed of seeds) ofSeeds.push(await scalesAt(options, width, seed));
    runs.push(meanOf(ofSeeds));
  }
  return [...runs[0].keys()].map((kind) => {
    const scales = runs.map((run) => run.get(kind)!.scale);
    const changes = runs.map((run) => run.get(kind)!.change);
    return { kind, scales, changes, scaleSlope: slopeOf(widths, scales), changeSlope: slopeOf(widths, changes) };
  });
}

interface Scale {
  readonly scale: number;
  readonly change: number;
}

async function scalesAt(
  options: CoordinateCheckOptions,
  width: number,
  seed: number,
): Promise<Map<ActivationKind, Scale>> {
  const { model, recipe, steps, batch, batches } = options;
  const heads = (model.heads * width) / model.width;
  const kvHeads = model.kvHeads === undefined ? {} : { kvHeads: (model.kvHeads * width) / model.width };
  const spec = { ...model, width, heads, ...kvHeads };
  const session = await startSession({ network: networkOfSpec(spec), recipe, batch, seed });
  const probe = await Probe.create(spec, batch, session.parameters);
  try {
    batches.fill(0, probe.inputs);
    const before = await probe.read();
    for (let step = 0; step < steps; step++) {
      batches.fill(0, session.inputs);
      await session.computeGradients();
      session.applyGradients(recipe.optimizer, recipe.learningRate, step);
    }
    return compare(before, await probe.read());
  } finally {
    probe.release();
    session.release();
  }
}

type Reading = readonly { readonly kind: ActivationKind; readonly values: Float32Array }[];

function compare(before: Reading, after: Reading): Map<ActivationKind, Scale> {
  const kinds = Map.groupBy(after.keys(), (index) => after[index].kind);
  return new Map(
    [...kinds].map(([kind, indices]) => {
      const mean = (of: (index: number, at: number) => number): number =>
        average(indices.map((index) => average(after[index].values, (_, at) => Math.abs(of(index, at)))));
      const change = mean((index, at) => after[index].values[at] - before[index].values[at]);
      return [kind, { scale: mean((index, at) => after[index].values[at]), change }];
    }),
  );
}

function average(values: ArrayLike<number>, of: (value: number, index: number) => number = (value) => value): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += of(values[index], index);
  return sum / values.length;
}

function meanOf(runs: readonly Map<ActivationKind, Scale>[]): Map<ActivationKind, Scale> {
  return new Map(
    [...runs[0].keys()].map((kind) => {
      const all = runs.map((run) => run.get(kind)!);
      return [
        kind,
        { scale: average(all.map(({ scale }) => scale)), change: average(all.map(({ change }) => change)) },
      ];
    }),
  );
}

/** Runs a model forward and reads the activations of its layers; the parameters are those of a training session, as they change. */
class Probe {
  readonly inputs: Readonly<Record<string, Int32Array | Float32Array>>;
  private readonly session: RuntimeSession;
  private readonly outputs: Reading;

  static async create(spec: GptSpec, batch: number, parameters: ReadonlyMap<string, Float32Array>): Promise<Probe> {
    const program = buildActivationProgram(spec, batch);
    const inputs = program.inputs.map(({ name, shape, dtype }) => ({
      name,
      shape,
      values: dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape)),
    }));
    const weights = program.parameters.map(({ name, shape }) => ({ name, shape, values: parameters.get(name)! }));
    const outputs = program.activations.map((one) => ({ ...one, values: new Float32Array(sizeOf(one.shape)) }));
    const session = await RuntimeSession.create(program.bytes, 1, [...inputs, ...weights], outputs);
    return new Probe(session, Object.fromEntries(inputs.map(({ name, values }) => [name, values])), outputs);
  }

  private constructor(session: RuntimeSession, inputs: Probe['inputs'], outputs: Reading) {
    this.session = session;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  async read(): Promise<Reading> {
    await this.session.run();
    return this.outputs.map(({ kind, values }) => ({ kind, values: values.slice() }));
  }

  release(): void {
    this.session.release();
  }
}
