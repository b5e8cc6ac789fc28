/**
 * Training steps a second against PyTorch with fused Adam, in paired rounds: `npm run bench -- engine [--rounds 6] [--seconds 3]`.
 * ISOFLOP_PYTHON names the Python that has PyTorch; without one the peer is left out. A round is clean when other processes
 * took little of the machine while it ran.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { parameterGroup } from '../src/core/recipe/parametrization.ts';
import { Random } from '../src/core/math/random.ts';
import { modelSchema } from '../src/core/schema/model.ts';
import type { ModelSpec } from '../src/core/schema/model.ts';
import { recipeSchema } from '../src/core/schema/recipe.ts';
import { initialize } from '../src/core/recipe/initialization.ts';
import { buildTrainingProgram } from '../src/engine/program/index.ts';
import { TrainingSession } from '../src/engine/session/training-session.ts';
import { FOREIGN_LIMIT, foreignCores, median, writeResult } from './machine.ts';

const PEER = join(import.meta.dirname, '../tools/bench-peer.py');
const POOL = 32;
const WARM_STEPS = 5;

interface Case {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly batch: number;
  /** Threads of ours that suit the size; the peer always has all cores. */
  readonly threads: number;
  readonly wanted: number;
}

const cores = availableParallelism();
const CASES: readonly Case[] = [
  {
    name: 'W1',
    spec: modelSchema.parse({
      family: 'mlp',
      inputs: 20,
      hidden: [64, 128, 64],
      outputs: 1,
      loss: 'binary-cross-entropy',
    }),
    batch: 32,
    threads: 1,
    wanted: 2.5,
  },
  {
    name: 'W2',
    spec: modelSchema.parse({ family: 'mlp', inputs: 784, hidden: [1024, 1024], outputs: 10 }),
    batch: 128,
    threads: cores,
    wanted: 0.9,
  },
  {
    name: 'W4',
    spec: modelSchema.parse({
      family: 'gpt',
      vocabulary: 256,
      context: 128,
      width: 128,
      depth: 4,
      heads: 4,
      bias: true,
    }),
    batch: 16,
    threads: cores,
    wanted: 0.78,
  },
];

type Stepper = (seconds: number) => Promise<number>;

/** Our side of a case: steps a second over a pool of random batches. */
async function ours({ spec, batch, threads }: Case): Promise<Stepper> {
  const recipe = recipeSchema.parse({
    learningRate: 1e-3,
    parametrization: 'standard',
    optimizer: { beta2: 0.999, clip: 0 },
  });
  const program = buildTrainingProgram(spec, batch);
  const session = await TrainingSession.create(program, (parameter) => parameterGroup(parameter, recipe, 1), threads);
  const context = { depth: spec.family === 'gpt' ? spec.depth : 0, tiedHead: false, zeroHead: false };
  for (const [index, parameter] of program.parameters.entries()) {
    initialize(session.parameters.get(parameter.name)!, parameter, context, 0, index);
  }
  const random = new Random(1);
  const classes = spec.family === 'gpt' ? spec.vocabulary : Math.max(2, spec.outputs);
  const pool = Array.from({ length: POOL }, () =>
    Object.entries(session.inputs).map(([name, view]) => {
      const isReal = view instanceof Float32Array && name === 'features';
      return [name, view.map(() => (isReal ? random.normal() : random.integer(classes)))] as const;
    }),
  );
  let count = 0;
  const step = async (): Promise<void> => {
    for (const [name, values] of pool[count % POOL]) session.inputs[name].set(values);
    await session.computeGradients();
    session.applyGradients(recipe.optimizer, recipe.learningRate, count);
    count += 1;
  };
  return async (seconds) => {
    for (let index = 0; index < WARM_STEPS; index++) await step();
    const [begun, before] = [performance.now(), count];
    while (performance.now() - begun < 1000 * seconds) await step();
    return (count - before) / ((performance.now() - begun) / 1000);
  };
}

interface Peer {
  readonly version: string;
  measure(name: string, seconds: number): Promise<number>;
  close(): void;
}

/** Starts the peer, or says why there is none. */
async function startPeer(): Promise<Peer | undefined> {
  const python = process.env.ISOFLOP_PYTHON ?? 'python3';
  const child = spawn(python, [PEER], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([
    lines.next(),
    once(child, 'error').then(() => ({ done: true as const, value: '' })),
  ]);
  if (first.done) {
    console.log(`no peer: '${python}' has no PyTorch (set ISOFLOP_PYTHON)`);
    return undefined;
  }
  return {
    version: first.value,
    async measure(name, seconds) {
      child.stdin.write(`${name} ${cores} ${seconds}\n`);
      return Number((await lines.next()).value);
    },
    close: () => child.stdin.end(),
  };
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: 'string', default: '6' }, seconds: { type: 'string', default: '3' } },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const peer = await startPeer();
  const steppers = await Promise.all(CASES.map(ours));
  const results = CASES.map(({ name, wanted, threads }) => ({
    name,
    wanted,
    threads,
    ours: [] as number[],
    theirs: [] as number[],
    foreign: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name }] of CASES.entries()) {
      const foreign = await foreignCores();
      // The order changes from round to round, so that neither side always comes first.
      const first = round % 2 === 0 ? await steppers[index](seconds) : 0;
      const theirs = peer ? await peer.measure(name, seconds) : Number.NaN;
      const own = round % 2 === 0 ? first : await steppers[index](seconds);
      results[index].ours.push(own);
      results[index].theirs.push(theirs);
      results[index].foreign.push(foreign);
    }
    console.log(`round ${round + 1} of ${rounds}`);
  }
  peer?.close();
  report(results, peer?.version ?? 'none');
}

function report(
  results: readonly {
    name: string;
    wanted: number;
    threads: number;
    ours: number[];
    theirs: number[];
    foreign: number[];
  }[],
  peer: string,
): void {
  const rows = results.map(({ name, wanted, threads, ours: own, theirs, foreign }) => {
    const clean = own.map((_, index) => index).filter((index) => foreign[index] < FOREIGN_LIMIT);
    const ratios = clean.map((index) => own[index] / theirs[index]);
    return {
      name,
      wanted,
      threads,
      cleanRounds: clean.length,
      steps: median(own),
      peerSteps: median(theirs),
      ratio: ratios.length > 0 ? median(ratios) : Number.NaN,
      low: Math.min(...ratios),
      high: Math.max(...ratios),
    };
  });
  console.table(
    rows.map(({ steps, peerSteps, ratio, low, high, ...rest }) => ({
      ...rest,
      'steps/s': steps.toFixed(1),
      'peer steps/s': peerSteps.toFixed(1),
      ratio: ratio.toFixed(2),
      range: `${low.toFixed(2)}..${high.toFixed(2)}`,
    })),
  );
  console.log(`written: ${writeResult('engine', { cores, peer, rows, rounds: results })}`);
}
