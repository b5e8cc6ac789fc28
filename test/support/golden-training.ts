import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parameterGroup } from '../../src/core/recipe/parametrization.ts';
import { optimizerSchema, recipeSchema } from '../../src/core/schema/recipe.ts';
import type { Optimizer } from '../../src/core/schema/optimizer.ts';
import { compileTraining } from '../../src/engine/program/index.ts';
import { channelBlock } from '../../src/engine/session/channel-block.ts';
import { TrainingSession } from '../../src/engine/session/training-session.ts';
import { goldenGraph } from './golden-nets.ts';
import type { GoldenNet } from './golden-nets.ts';
import { distance, drawInput, drawWeight } from './golden-numbers.ts';
import type { GoldenRow } from './golden-numbers.ts';

export type OptimizerKind = 'adamw' | 'sgd';

/** Losses of the steps: in double precision, and in single precision in two orders of summation. */
interface GoldenLosses {
  readonly exact: readonly number[];
  readonly plain: readonly number[];
  readonly other: readonly number[];
}

/** What tools/golden/nets/nets.py writes. */
export interface Golden {
  /** SHA-256 of the text that ran. */
  readonly text: string;
  readonly optimizers: {
    readonly adamw: Readonly<Record<'learningRate' | 'beta1' | 'beta2' | 'epsilon' | 'weightDecay', number>>;
    readonly sgd: Readonly<Record<'learningRate' | 'momentum', number>>;
  };
  readonly losses: Readonly<Record<OptimizerKind, GoldenLosses>>;
  readonly gradients: readonly GoldenRow[];
  /** Running means and variances after the steps of AdamW. */
  readonly statistics: readonly GoldenRow[];
}

export const readGolden = (name: string): Golden =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../golden/nets', `${name}.json`), 'utf8')) as Golden;

/** Times PyTorch's own error in single precision that a gradient or a statistic may lie off. */
const ERRORS = 5;
/** Share of a tensor's norm that it may lie off in any case. */
const SHARE = 1e-5;
/** Times PyTorch's own spread that a loss may lie off. */
const SPREADS = 3;
/** What a loss may lie off in any case. */
const LOSS = 1e-4;

/** A net at the weights that PyTorch started from. */
export async function startGolden(net: GoldenNet, golden: Golden, kind: OptimizerKind): Promise<TrainingSession> {
  const program = compileTraining(goldenGraph(net), { channelBlock: await channelBlock() });
  const recipe = recipeSchema.parse({ parametrization: 'standard', optimizer: optimizerOf(golden, kind) });
  const session = await TrainingSession.create(program, (parameter) => parameterGroup(parameter, recipe, 1), 1);
  for (const parameter of program.parameters) drawWeight(parameter, session.parameters.get(parameter.name)!);
  return session;
}

function optimizerOf({ optimizers }: Golden, kind: OptimizerKind): Optimizer {
  const { learningRate: _, ...options } = optimizers[kind];
  return optimizerSchema.parse({ kind, ...options, clip: 0 });
}

export async function lossOfStep(net: GoldenNet, session: TrainingSession, step: number): Promise<number> {
  for (const [name, values] of Object.entries(session.inputs)) drawInput(name, values, step, net);
  return session.computeGradients();
}

/** Rows whose tensor lies further off than it may, in words. */
export function farRows(rows: readonly GoldenRow[], tensors: ReadonlyMap<string, Float32Array>): string[] {
  return rows.flatMap((row) => {
    const [name, norm, errors] = row;
    const off = distance(row, tensors.get(name)!);
    const allowed = Math.max(ERRORS * Math.max(...errors), SHARE * norm);
    return off <= allowed ? [] : [`${name}: ${off} off, norm ${norm}, PyTorch ${errors.join(' and ')} off`];
  });
}

/** Losses that lie further off than they may, in words. PyTorch's spread is the largest so far: a difference once made stays. */
export function farLosses({ exact, plain, other }: GoldenLosses, losses: readonly number[]): string[] {
  let spread = 0;
  return losses.flatMap((loss, step) => {
    const three = [exact[step], plain[step], other[step]];
    spread = Math.max(spread, Math.max(...three) - Math.min(...three));
    const off = Math.abs(loss - exact[step]);
    return off <= Math.max(SPREADS * spread, LOSS) ? [] : [`step ${step}: ${off} off ${exact[step]}, spread ${spread}`];
  });
}

/** Trains as PyTorch did, and gives the losses. */
export async function runGolden(
  net: GoldenNet,
  session: TrainingSession,
  golden: Golden,
  kind: OptimizerKind,
): Promise<number[]> {
  const optimizer = optimizerOf(golden, kind);
  const losses: number[] = [];
  for (const step of golden.losses[kind].exact.keys()) {
    losses.push(await lossOfStep(net, session, step));
    session.applyGradients(optimizer, golden.optimizers[kind].learningRate, step);
  }
  return losses;
}
