import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decide } from '../../core/runs/decide.ts';
import type { AttemptState } from '../../core/runs/decide.ts';
import type { TrialSpec } from '../../core/schema/trial.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { makeFolder, writeAtomically } from '../../io/files/atomic.ts';
import { attemptFolder, attemptsOf, attemptState, checkpointPath, stderrTail } from '../../io/launch/attempt.ts';
import { MetricsTail } from '../../io/store/ingest.ts';
import type { TrialState } from '../../io/store/store.ts';
import { trialFolderOf } from './context.ts';
import type { Executable, ExecutionContext } from './context.ts';
import { Pace } from './pace.ts';

const POLL_MILLISECONDS = 50;
/** How long trials may take to save their state after they were asked to stop. */
const STOP_MILLISECONDS = 60_000;
/** Points on a loss curve. */
const CURVE_POINTS = 60;
const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../worker/main.ts' : '../worker/main.js', import.meta.url),
);

/**
 * Brings trials to their end, at most `workers` at a time, the dearest first. All it knows it reads from the trials' folders
 * and the store, so a new driver goes on where an earlier one died.
 */
export async function executeTrials<Trial extends Executable>(
  context: ExecutionContext<Trial>,
  trials: readonly Trial[],
): Promise<void> {
  const open = trials.toSorted((a, b) => b.flops - a.flops).map((trial) => new TrialDriver(context, trial));
  try {
    while (!(await advance(context, open))) await sleep(POLL_MILLISECONDS);
  } catch (error) {
    // A driver that cannot go on (a full disk, say) leaves nobody running behind its back.
    for (const driver of open) if (driver.isRunning) driver.stop();
    throw error;
  }
}

/** Looks at every trial and fills the free workers; true when all have ended. */
async function advance<Trial extends Executable>(
  context: ExecutionContext<Trial>,
  open: readonly TrialDriver<Trial>[],
): Promise<boolean> {
  for (const driver of open) driver.look();
  const unfinished = open.filter((driver) => !driver.isFinished);
  const running = unfinished.filter((driver) => driver.isRunning);
  if (unfinished.length > 0 && context.signal.aborted) {
    await stopAll(running);
    throw new IsoflopError('interrupted', 'stopped; everything measured so far is kept', {
      hint: 'Run the same command again to go on.',
    });
  }
  const waiting = unfinished.filter((driver) => !driver.isRunning);
  for (const driver of waiting.slice(0, Math.max(0, context.workers - running.length))) await driver.start();
  return unfinished.length === 0;
}

type Stoppable = Pick<TrialDriver<Executable>, 'isRunning' | 'stop' | 'look'>;

async function stopAll(running: readonly Stoppable[]): Promise<void> {
  for (const driver of running) driver.stop();
  const deadline = Date.now() + STOP_MILLISECONDS;
  while (running.some((driver) => driver.isRunning) && Date.now() < deadline) {
    await sleep(POLL_MILLISECONDS);
    for (const driver of running) driver.look();
  }
}

/** One trial on its way to its end. */
class TrialDriver<Trial extends Executable> {
  isFinished = false;
  private readonly context: ExecutionContext<Trial>;
  private readonly trial: Trial;
  private readonly folder: string;
  private readonly attempts: AttemptState[];
  private readonly pace: Pace;
  private tail: MetricsTail | undefined;

  constructor(context: ExecutionContext<Trial>, trial: Trial) {
    this.context = context;
    this.trial = trial;
    this.folder = trialFolderOf(context, trial.id);
    this.pace = new Pace(trial);
    this.attempts = attemptsOf(this.folder).map((attempt) => attemptState(attemptFolder(this.folder, attempt)));
    for (let attempt = 1; attempt < this.attempts.length; attempt++) this.ingest(attempt, this.tailOf(attempt));
    this.record(this.attempts.length === 0 ? 'planned' : 'running');
  }

  get isRunning(): boolean {
    return this.attempts.at(-1) === 'running';
  }

  /** Reads what is new: metrics, then how the attempt ended. */
  look(): void {
    if (this.isFinished) return;
    const attempt = this.attempts.length;
    if (attempt > 0) {
      this.attempts[attempt - 1] = attemptState(attemptFolder(this.folder, attempt));
      this.tail ??= this.tailOf(attempt);
      this.ingest(attempt, this.tail);
    }
    const decision = decide(this.attempts);
    if (decision.kind === 'finished') this.finish(decision.state);
  }

  async start(): Promise<void> {
    const attempt = this.attempts.length + 1;
    const folder = attemptFolder(this.folder, attempt);
    this.context.executor.allow(this.folder);
    makeFolder(folder);
    writeAtomically(join(folder, 'spec.json'), `${JSON.stringify(this.specOf(attempt), null, 2)}\n`);
    await this.context.executor.submit({
      folder,
      command: [process.execPath, WORKER, folder],
      environment: { ISOFLOP_SPEC: join(folder, 'spec.json') },
    });
    this.attempts.push('running');
    this.tail = undefined;
    this.record('running');
  }

  /** Asks for a stop, as well as it can be asked: on a full disk not even that can be written down. */
  stop(): void {
    try {
      this.context.executor.stop(this.folder);
    } catch {
      this.context.observer.say(`${this.trial.id} could not be asked to stop; it ends by itself.`);
    }
  }

  private tailOf(attempt: number): MetricsTail {
    return new MetricsTail(attemptFolder(this.folder, attempt));
  }

  private ingest(attempt: number, tail: MetricsTail): void {
    const measurements = tail.read();
    this.context.store.addMeasurements(this.trial.id, attempt, measurements);
    for (const measurement of measurements) this.pace.add(measurement, Date.now());
    if (measurements.length > 0 && this.isRunning) this.context.observer.trial(this.pace.update('running'));
  }

  private specOf(attempt: number): TrialSpec {
    const { id, steps } = this.trial;
    const checkpoints = join(this.folder, 'checkpoints');
    const last = checkpointPath(checkpoints);
    return {
      schema: 'isoflop.trial/1',
      trial: id,
      attempt,
      ...this.context.taskOf(this.trial, Math.max(1, Math.round(steps / CURVE_POINTS))),
      checkpoints,
      resume: existsSync(last) ? last : null,
    };
  }

  private finish(ended: 'done' | 'diverged' | 'failed'): void {
    this.isFinished = true;
    const final = this.context.store.finals().get(this.trial.id);
    if (ended === 'done' && !final) {
      this.record('failed', 'the trainer ended well but reported no final held-out loss');
    } else if (ended === 'diverged' && final) {
      this.record('stuck', `learnt nothing: held-out loss ${final.loss.toFixed(3)}, ${this.context.knowingNothing}`);
    } else if (ended === 'diverged') {
      this.record('diverged', 'the training loss grew without bound');
    } else if (ended === 'failed') {
      const folder = attemptFolder(this.folder, this.attempts.length);
      this.record('failed', stderrTail(folder) || `see ${folder}`);
    } else {
      rmSync(join(this.folder, 'checkpoints'), { recursive: true, force: true });
      this.record('done');
    }
  }

  private record(state: TrialState, reason: string | null = null): void {
    const { id, role } = this.trial;
    this.context.store.putTrial({ id, role, state, plan: this.trial, reason });
    const final = state === 'done' ? this.context.store.finals().get(id) : undefined;
    this.context.observer.trial(this.pace.update(state, reason ?? undefined, final?.loss));
  }
}
