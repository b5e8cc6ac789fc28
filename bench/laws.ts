/**
 * Fits of laws against Python, paired in one run: `npm run bench -- laws [--rounds 7] [--resamples 1000] [--rows 1000000]`.
 * ISOFLOP_PYTHON names a Python with SciPy; without one the peers are left out. The vpnls package is taken where it is installed, else
 * its search in C. Times are medians of wall-clock seconds, with the CPU seconds of the same work beside them, which other processes
 * disturb less.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrapOverThreads } from '../src/app/worker/bootstrap.ts';
import { fitLaw } from '../src/core/laws/index.ts';
import type { Fit, Objective, Observations } from '../src/core/laws/index.ts';
import { chinchilla, hasData, LAW, LINEAR_HUBER, LOG_HUBER, simulated, surfaces, takeRows } from './laws/data.ts';
import { startPeer } from './laws/peer.ts';
import type { Peer, PeerAnswer } from './laws/peer.ts';
import { resamples, rowsOf } from './laws/resamples.ts';
import type { Resample } from './laws/resamples.ts';
import { foreignCores, median, writeResult } from './machine.ts';

const FITS_A_ROUND = 15;
const WARM_FITS = 40;
const FIRST_CALLS = 5;
const DRAWS = 4000;
const THREADS = Math.min(2, availableParallelism());
const TOLERANCE = 1e-6;
/** Resamples whose reference SciPy checks. */
const CHECKED = 8;

/** One line of the report: what was measured, what was wanted of it. */
interface Line {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly wanted: string;
  readonly holds: boolean;
}

const atMost = (what: string, value: number, limit: number, unit: string): Line => ({
  what,
  value,
  unit,
  wanted: `at most ${limit}`,
  holds: value <= limit,
});
const atLeast = (what: string, value: number, limit: number, unit: string): Line => ({
  what,
  value,
  unit,
  wanted: `at least ${limit}`,
  holds: value >= limit,
});

interface Times {
  readonly fit: Fit;
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

/** Median time of a fit over several. */
function timeFits(data: Observations, objective: Objective, fits: number): Times {
  const [wall, cpu]: [number[], number[]] = [[], []];
  let fit!: Fit;
  for (let index = 0; index < fits; index++) {
    const [begun, before] = [performance.now(), process.threadCpuUsage()];
    fit = fitLaw(LAW, data, { objective });
    const { user, system } = process.threadCpuUsage(before);
    wall.push(performance.now() - begun);
    cpu.push((user + system) / 1e3);
  }
  // The clock of CPU time ticks coarsely: its mean, not its median.
  return { fit, milliseconds: median(wall), cpuMilliseconds: cpu.reduce((sum, one) => sum + one, 0) / fits };
}

/** A process's first fit, in processes of their own. */
function firstCalls(): { wall: number; cpu: number } {
  const calls = Array.from({ length: FIRST_CALLS }, () => {
    const { stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'laws/first.ts')], { encoding: 'utf8' });
    return JSON.parse(stdout) as { wall: number; cpu: number };
  });
  return { wall: median(calls.map(({ wall }) => wall)), cpu: median(calls.map(({ cpu }) => cpu)) };
}

/** The 240 runs: our fit and the peer's in turn, whichever first. */
async function pairedFits(data: Observations, peer: Peer | undefined, rounds: number): Promise<Line[]> {
  timeFits(data, LOG_HUBER, WARM_FITS);
  const pairs: { ours: Times; theirs: PeerAnswer | undefined }[] = [];
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 === 0 ? timeFits(data, LOG_HUBER, FITS_A_ROUND) : undefined;
    const theirs = await peer?.ask('fit', data, { repeats: FITS_A_ROUND });
    const ours = first ?? timeFits(data, LOG_HUBER, FITS_A_ROUND);
    pairs.push({ ours, theirs });
  }
  const of = (pick: (pair: (typeof pairs)[number]) => number): number => median(pairs.map(pick));
  const lines = [
    atMost(
      '240 runs, log-Huber, global: warm fit',
      of(({ ours }) => ours.milliseconds),
      10,
      'ms',
    ),
    atMost(
      '  CPU time of it',
      of(({ ours }) => ours.cpuMilliseconds),
      10,
      'ms',
    ),
  ];
  if (!peer) return lines;
  const [{ ours, theirs }] = pairs;
  return [
    ...lines,
    atLeast(
      '  times the speed of centred SciPy',
      of((one) => (1e3 * one.theirs!.seconds) / one.ours.milliseconds),
      3,
      'x',
    ),
    atLeast(
      '  times, by CPU time',
      of((one) => (1e3 * one.theirs!.cpuSeconds) / one.ours.cpuMilliseconds),
      3,
      'x',
    ),
    atMost('  our objective above SciPy’s', ours.fit.objective / theirs!.objective - 1, TOLERANCE, 'relative'),
  ];
}

async function refits(data: Observations): Promise<Line[]> {
  const fit = fitLaw(LAW, data, { objective: LOG_HUBER });
  const [seconds, cpuSeconds]: [number[], number[]] = [[], []];
  for (let repeat = 0; repeat < 3; repeat++) {
    const [begun, before] = [performance.now(), process.cpuUsage()];
    await bootstrapOverThreads(fit, data, { draws: DRAWS, threads: THREADS });
    const { user, system } = process.cpuUsage(before);
    seconds.push((performance.now() - begun) / 1e3);
    cpuSeconds.push((user + system) / 1e6);
  }
  return [
    atMost(`${DRAWS} bootstrap refits, ${THREADS} threads and their start`, median(seconds), 1.5, 's'),
    atMost('  CPU time of all threads together', median(cpuSeconds), 1.5 * THREADS, 's'),
  ];
}

/** Shares of fits and refits within the tolerance of the least objective that anything found. */
function globalLines(all: readonly Resample[]): Line[] {
  const least = ({ fit, refit, reference }: Resample): number => Math.min(fit, refit, reference);
  const share = (rows: readonly Resample[], which: 'fit' | 'refit'): number =>
    rows.filter((one) => one[which] <= least(one) * (1 + TOLERANCE)).length / rows.length;
  const [few, many] = [all.filter(({ rows }) => rows < 100), all.filter(({ rows }) => rows >= 100)];
  return [
    atLeast(`${all.length} resamples, fits at the exhaustive optimum`, 100 * share(all, 'fit'), 99.9, '%'),
    atLeast(`  refits of ${many.length} of 240 runs`, 100 * share(many, 'refit'), 99.9, '%'),
    atLeast(`  refits of ${few.length} of 14 runs, from the 240's optimum`, 100 * share(few, 'refit'), 99, '%'),
  ];
}

/** SciPy from a hundred starts finds nothing lower than our reference. */
async function checkReference(data: Observations, all: readonly Resample[], peer: Peer): Promise<Line> {
  const excess = [];
  for (const one of all.slice(0, CHECKED)) {
    const theirs = await peer.ask('reference', takeRows(data, rowsOf(one.index, data.rows)), { starts: 100 });
    excess.push(Math.min(one.fit, one.reference) / theirs.objective - 1);
  }
  return atMost(
    `  reference above SciPy’s of 100 starts, worst of ${excess.length}`,
    Math.max(...excess),
    TOLERANCE,
    'relative',
  );
}

async function surfaceLines(peer: Peer): Promise<Line[]> {
  const lines: Line[] = [];
  for (const [name, data] of Object.entries(surfaces())) {
    timeFits(data, LINEAR_HUBER, FITS_A_ROUND);
    const ours = timeFits(data, LINEAR_HUBER, FITS_A_ROUND);
    const theirs = await peer.ask('grid', data, { repeats: 5 });
    lines.push(
      atMost(`${name}, ${data.rows} runs: objective over the grid’s`, ours.fit.objective / theirs.objective, 1, 'x'),
      atLeast('  times the speed of the grid', (1e3 * theirs.seconds) / ours.milliseconds, 1, 'x'),
    );
  }
  return lines;
}

/** CPU time a row, from a thousand rows up, against that of a tenth of the rows. */
function rowLines(most: number): Line[] {
  const lines: Line[] = [];
  let before = Number.NaN;
  for (let rows = 1000; rows <= most; rows *= 10) {
    const { cpuMilliseconds } = timeFits(simulated(rows), LOG_HUBER, rows < 1e5 ? 3 : 1);
    const each = (1e3 * cpuMilliseconds) / rows;
    lines.push(atMost(`${rows} rows: CPU time of a fit`, each, rows > 1000 ? 1.5 * before : Infinity, 'us/row'));
    before = each;
  }
  return lines;
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '7' },
      resamples: { type: 'string', default: '1000' },
      rows: { type: 'string', default: '1000000' },
    },
  });
  if (!hasData()) {
    console.log('skipped: ../shared/data is not there');
    return;
  }
  const data = chinchilla();
  const foreign = await foreignCores();
  const peer = await startPeer();
  const lines: Line[] = [];
  const tell = (...more: Line[]): void => {
    for (const line of more) console.error(`${line.what}: ${line.value.toPrecision(4)} ${line.unit}`);
    lines.push(...more);
  };
  const first = firstCalls();
  tell(
    atMost('240 runs: a process’s first fit', first.wall, 60, 'ms'),
    atMost('  CPU time of it', first.cpu, 60, 'ms'),
  );
  tell(...(await pairedFits(data, peer, Number(values.rounds))));
  tell(...(await refits(data)));
  if (peer) tell(...(await surfaceLines(peer)));
  tell(...rowLines(Number(values.rows)));
  const all = await resamples(Number(values.resamples), THREADS, (done) => {
    if (done % 100 === 0) console.error(`resamples: ${done} of ${values.resamples}`);
  });
  tell(...globalLines(all));
  if (peer) tell(await checkReference(data, all, peer));
  peer?.close();
  report(lines, { foreign, threads: THREADS, peer: peer?.version ?? 'none' });
}

function report(lines: readonly Line[], context: Record<string, unknown>): void {
  console.table(
    lines.map(({ what, value, unit, wanted, holds }) => ({
      what,
      measured: `${Number(value.toPrecision(4))} ${unit}`,
      wanted,
      holds: holds ? 'yes' : 'NO',
    })),
  );
  console.log(`peers: ${JSON.stringify(context.peer)}; other work: ${Number(context.foreign).toFixed(2)} cores`);
  console.log(`written: ${writeResult('laws', { ...context, lines })}`);
}
