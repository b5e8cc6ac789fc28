import { fitLatency, graphFeatures, programSeconds } from '../../core/analysis/latency/calibration.ts';
import type { TimedProgram } from '../../core/analysis/latency/calibration.ts';
import { measureLatency, median } from './latency.ts';
import { lowered, suite } from './suite.ts';
import type { SuiteProgram } from './suite.ts';

/** Seconds that a program is timed. */
const SECONDS = 0.25;
const RUNS = 5;
/** A program this far off the fit is timed once more: other work may have slowed it down. */
const SUSPECT = 0.2;

/** Times the programs that this machine's speeds are told from, in a minute or two. What `onProgram` throws ends it. */
export async function timeSuite(
  threads: number,
  onProgram: (done: number, all: number) => void = () => {},
): Promise<TimedProgram[]> {
  const programs = suite();
  const timed: TimedProgram[] = [];
  for (const [index, program] of programs.entries()) {
    timed.push(await timeOf(program, threads));
    onProgram(index + 1, programs.length);
  }
  return remeasured(programs, timed, threads);
}

async function timeOf(program: SuiteProgram, threads: number): Promise<TimedProgram> {
  const graph = lowered(program);
  const { seconds } = await measureLatency(graph, { threads, seconds: SECONDS, runs: RUNS });
  return { name: program.name, features: graphFeatures(graph), seconds: median(seconds) };
}

/** Times again, one after the other, what fits ill, and takes the shorter time. */
async function remeasured(
  programs: readonly SuiteProgram[],
  timed: readonly TimedProgram[],
  threads: number,
): Promise<TimedProgram[]> {
  const model = fitLatency(timed);
  const again: TimedProgram[] = [];
  for (const [index, program] of timed.entries()) {
    const estimate = programSeconds(program.features, model);
    const isSuspect = Math.abs(estimate / program.seconds - 1) > SUSPECT;
    const second = isSuspect ? await timeOf(programs[index], threads) : program;
    again.push(second.seconds < program.seconds ? second : program);
  }
  return again;
}
