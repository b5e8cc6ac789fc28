/**
 * Training steps a second against PyTorch at its best settings, in paired rounds:
 * `npm run bench -- engine [--rounds 6] [--seconds 3] [--case W3,ViT-Ti] [--threads 1] [--soak STEPS] [--dry]`.
 * ISOFLOP_PYTHON names the Python that has PyTorch; without one the peer is left out. A round is clean when other processes
 * took little of the machine while it ran. CPU time a step stands beside wall-clock time: with one thread it is what a busy machine
 * leaves comparable. Peaks of memory are of the whole process: ask for one case. `--dry` writes no result.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Random } from '../src/core/math/random.ts';
import { initialize } from '../src/core/recipe/initialization.ts';
import { recipeSchema } from '../src/core/schema/recipe.ts';
import { compileTraining } from '../src/engine/program/index.ts';
import { channelBlock } from '../src/engine/session/channel-block.ts';
import { TrainingSession } from '../src/engine/session/training-session.ts';
import { CASES } from './engine-cases.ts';
import type { Case } from './engine-cases.ts';
import { FOREIGN_LIMIT, foreignCores, median, writeResult } from './machine.ts';

const PEER = join(import.meta.dirname, '../tools/bench-peer.py');
const POOL = 32;
const WARM_STEPS = 5;
const cores = availableParallelism();

/** One side of one round. */
interface Measured {
  readonly stepsPerSecond: number;
  readonly cpuSecondsPerStep: number;
  /** Of the whole process. */
  readonly peakBytes: number;
  readonly parameters: number;
}

type Stepper = (seconds: number) => Promise<Measured>;

/** Our side of a case, over a pool of random batches. */
async function ours({ graph, classes }: Case, threads: number): Promise<Stepper> {
  const { step, parameters } = await training(graph(), classes, threads);
  return async (seconds) => {
    for (let index = 0; index < WARM_STEPS; index++) await step();
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    let count = 0;
    for (; performance.now() - begun < 1000 * seconds; count++) await step();
    const { user, system } = process.cpuUsage(cpu);
    return {
      stepsPerSecond: count / ((performance.now() - begun) / 1000),
      cpuSecondsPerStep: (user + system) / 1e6 / count,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      parameters,
    };
  };
}

async function training(
  graph: ReturnType<Case['graph']>,
  classes: number,
  threads: number,
): Promise<{ step: () => Promise<void>; parameters: number }> {
  const recipe = recipeSchema.parse({
    learningRate: 1e-3,
    parametrization: 'standard',
    optimizer: { beta2: 0.999, clip: 0 },
  });
  const program = compileTraining(graph, { channelBlock: await channelBlock() });
  const session = await TrainingSession.create(program, () => ({ learningRateFactor: 1, weightDecay: 0 }), threads);
  const context = { depth: 0, tiedHead: false, zeroHead: false };
  for (const [index, parameter] of program.parameters.entries()) {
    initialize(session.parameters.get(parameter.name)!, parameter, context, 0, index);
  }
  const random = new Random(1);
  const pool = Array.from({ length: POOL }, () =>
    Object.entries(session.inputs).map(([name, view]) => {
      const isReal = view instanceof Float32Array && name !== 'targets';
      return [name, view.map(() => (isReal ? random.normal() : random.integer(classes)))] as const;
    }),
  );
  let count = 0;
  return {
    parameters: [...session.parameters.values()].reduce((sum, { length }) => sum + length, 0),
    step: async () => {
      for (const [name, values] of pool[count % POOL]) session.inputs[name].set(values);
      await session.computeGradients();
      session.applyGradients(recipe.optimizer, recipe.learningRate, count);
      count += 1;
    },
  };
}

interface Peer {
  readonly version: string;
  measure(name: string, threads: number, seconds: number): Promise<Measured>;
  close(): void;
}

/** Starts the peer, or says why there is none. */
async function startPeer(): Promise<Peer | undefined> {
  const python = process.env.ISOFLOP_PYTHON ?? 'python3';
  const child = spawn(python, [PEER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([
    lines.next(),
    once(child, 'error').then(() => ({ done: true as const, value: undefined })),
  ]);
  if (first.done) {
    console.log(`no peer: '${python}' has no PyTorch (set ISOFLOP_PYTHON)`);
    return undefined;
  }
  return {
    version: String(first.value),
    async measure(name, threads, seconds) {
      child.stdin.write(`${name} ${threads} ${seconds}\n`);
      const { value = '' } = await lines.next();
      return JSON.parse(value) as Measured;
    },
    close: () => child.stdin.end(),
  };
}

/** What the rounds of a case gave. */
interface Rounds {
  readonly case: Case;
  readonly threads: number;
  readonly ours: Measured[];
  readonly theirs: Measured[];
  readonly foreign: number[];
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '6' },
      seconds: { type: 'string', default: '3' },
      case: { type: 'string' },
      threads: { type: 'string' },
      soak: { type: 'string' },
      dry: { type: 'boolean', default: false },
    },
  });
  const wanted = values.case?.split(',');
  const cases = CASES.filter(({ name }) => wanted?.includes(name) ?? true);
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (values.soak !== undefined) return soak(cases, threads, Number(values.soak));
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const peer = await startPeer();
  const results: Rounds[] = cases.map((one) => ({
    case: one,
    threads: threads ?? one.threads,
    ours: [],
    theirs: [],
    foreign: [],
  }));
  const steppers = await Promise.all(results.map((one) => ours(one.case, one.threads)));
  for (let round = 0; round < rounds; round++) {
    for (const [index, result] of results.entries()) {
      result.foreign.push(await foreignCores());
      const sides = [
        async () => result.ours.push(await steppers[index](seconds)),
        async () => peer && result.theirs.push(await peer.measure(result.case.name, threads ?? cores, seconds)),
      ];
      // The order changes from round to round, so that neither side always comes first.
      for (const side of round % 2 === 0 ? sides : sides.reverse()) await side();
    }
    console.log(`round ${round + 1} of ${rounds}`);
  }
  peer?.close();
  report(results, peer?.version ?? 'none', values.dry);
}

/** Memory over many steps: what is not given back grows with their number. */
async function soak(cases: readonly Case[], threads: number | undefined, steps: number): Promise<void> {
  for (const one of cases) {
    const { step } = await training(one.graph(), one.classes, threads ?? one.threads);
    const resident: number[] = [];
    for (let count = 1; count <= steps; count++) {
      await step();
      if (count % Math.ceil(steps / 10) === 0) resident.push(process.memoryUsage().rss);
    }
    console.log(
      `${one.name}, ${steps} steps, MB by tenth: ${resident.map((bytes) => (bytes / 1e6).toFixed(0)).join(' ')}`,
    );
  }
}

function report(results: readonly Rounds[], peer: string, dry: boolean): void {
  const rows = results.map(({ case: { name, wanted }, threads, ours: own, theirs, foreign }) => {
    if (theirs.length > 0 && own[0].parameters !== theirs[0].parameters)
      throw new Error(`${name} has ${own[0].parameters} parameters here and ${theirs[0].parameters} in PyTorch`);
    const clean = own.map((_, index) => index).filter((index) => foreign[index] < FOREIGN_LIMIT);
    const ratio = (index: number): number =>
      theirs.length > 0 ? own[index].stepsPerSecond / theirs[index].stepsPerSecond : Number.NaN;
    const mid = (values: readonly Measured[], key: keyof Measured): number =>
      values.length > 0 ? median(values.map((value) => value[key])) : Number.NaN;
    return {
      name,
      wanted,
      threads,
      cleanRounds: clean.length,
      steps: mid(own, 'stepsPerSecond'),
      peerSteps: mid(theirs, 'stepsPerSecond'),
      ratio: clean.length > 0 ? median(clean.map(ratio)) : Number.NaN,
      ratioOfAllRounds: median(own.map((_, index) => ratio(index))),
      low: Math.min(...own.map((_, index) => ratio(index))),
      high: Math.max(...own.map((_, index) => ratio(index))),
      cpuSeconds: mid(own, 'cpuSecondsPerStep'),
      peerCpuSeconds: mid(theirs, 'cpuSecondsPerStep'),
      peakBytes: Math.max(...own.map(({ peakBytes }) => peakBytes)),
      peerPeakBytes: Math.max(...theirs.map(({ peakBytes }) => peakBytes)),
    };
  });
  console.table(
    rows.map((row) => ({
      name: row.name,
      threads: row.threads,
      wanted: row.wanted,
      'steps/s': row.steps.toFixed(1),
      'peer steps/s': row.peerSteps.toFixed(1),
      'ratio (clean)': `${row.ratio.toFixed(2)} (${row.cleanRounds})`,
      'ratio (all)': `${row.ratioOfAllRounds.toFixed(2)} ${row.low.toFixed(2)}..${row.high.toFixed(2)}`,
      'CPU ms': (1000 * row.cpuSeconds).toFixed(2),
      'peer CPU ms': (1000 * row.peerCpuSeconds).toFixed(2),
      'peak MB': (row.peakBytes / 1e6).toFixed(0),
      'peer peak MB': (row.peerPeakBytes / 1e6).toFixed(0),
    })),
  );
  const isRest = ({ name, ratio }: (typeof rows)[number]): boolean => name !== 'W1' && !Number.isNaN(ratio);
  const rest = rows.filter(isRest).map(({ ratio }) => Math.log(ratio));
  const mean = Math.exp(rest.reduce((sum, value) => sum + value, 0) / rest.length);
  console.log(`geometric mean over all but W1, clean rounds: ${mean.toFixed(2)}`);
  if (!dry) console.log(`written: ${writeResult('engine', { cores, peer, rows, rounds: results.map(plain) })}`);
}

const plain = ({ case: { name, wanted }, ...rest }: Rounds): Record<string, unknown> => ({ name, wanted, ...rest });
