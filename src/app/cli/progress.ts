import type { PlannedTrial } from '../../core/plan/ladder.ts';
import { makespan } from '../../core/plan/makespan.ts';
import type { Progress } from '../../core/terms/progress.ts';
import type { StudyObserver, TrialUpdate } from '../study/context.ts';
import type { StudyPlan } from '../study/plan.ts';
import { compact, duration } from './format.ts';
import { planText } from './plan-text.ts';

const FRAME_MILLISECONDS = 200;
/** Without a terminal a running trial is reported this often. */
const PLAIN_MILLISECONDS = 10_000;
const BAR = 20;

const CLEAR_BELOW = '\u001B[0J';
const up = (lines: number): string => (lines > 0 ? `\u001B[${lines}A` : '');

/** Said at the first Ctrl-C. */
export const STOPPING = 'Stopping: runs save their state (press Ctrl-C again to leave them alone).';

/** Shows a study's progress on stderr: live lines on a terminal, plain ones elsewhere. */
export class ProgressView implements StudyObserver {
  private readonly stream: NodeJS.WriteStream;
  private readonly running = new Map<string, TrialUpdate>();
  private readonly finished = new Set<string>();
  private readonly lastPlain = new Map<string, number>();
  private studyPlan: StudyPlan | undefined;
  private note = '';
  private drawnLines = 0;
  private drawnAt = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.stream = stream;
  }

  progress({ stage, done, total, note }: Progress): void {
    const share = total === undefined ? '' : ` ${done} of ${total}`;
    const text = `${stage}: ${note ?? ''}${share}`;
    if (this.stream.isTTY) {
      this.note = text;
      this.draw(false);
    } else if (total === undefined) this.say(text);
  }

  plan(plan: StudyPlan): void {
    this.note = '';
    this.studyPlan = plan;
    this.say(`${planText(plan)}\n`);
  }

  trial(update: TrialUpdate): void {
    const { trial, state } = update;
    this.note = '';
    if (state === 'running') {
      this.running.set(trial.id, update);
      if (!this.stream.isTTY) this.plainRunning(update);
    } else if (state !== 'planned' && !this.finished.has(trial.id)) {
      this.running.delete(trial.id);
      this.finished.add(trial.id);
      this.say(finishedLine(update));
    }
    this.draw(false);
  }

  say(sentence: string): void {
    this.erase();
    this.stream.write(`${sentence}\n`);
    this.draw(true);
  }

  /** Takes the live lines away at the end. */
  close(): void {
    this.erase();
    this.running.clear();
    this.note = '';
  }

  private plainRunning(update: TrialUpdate): void {
    const now = Date.now();
    if (
      update.step === 0 ||
      now - (this.lastPlain.get(update.trial.id) ?? now - PLAIN_MILLISECONDS / 2) < PLAIN_MILLISECONDS
    ) {
      if (!this.lastPlain.has(update.trial.id)) this.lastPlain.set(update.trial.id, now);
      return;
    }
    this.lastPlain.set(update.trial.id, now);
    this.stream.write(`  ${runningLine(update, 0)}\n`);
  }

  private erase(): void {
    if (this.drawnLines > 0) this.stream.write(`${up(this.drawnLines)}\r${CLEAR_BELOW}`);
    this.drawnLines = 0;
  }

  private draw(force: boolean): void {
    if (!this.stream.isTTY || (!force && Date.now() - this.drawnAt < FRAME_MILLISECONDS)) return;
    this.drawnAt = Date.now();
    const lines = [...this.running.values()].map((update) => runningLine(update, BAR));
    if (this.note) lines.push(this.note);
    if (this.running.size > 0) lines.push(this.studyLine());
    this.erase();
    const width = this.stream.columns || 80;
    for (const line of lines) this.stream.write(`${line.slice(0, width - 1)}\n`);
    this.drawnLines = lines.length;
  }

  private studyLine(): string {
    if (!this.studyPlan) return '';
    const { tuning, ladder, hero, secondsOf, workers } = this.studyPlan;
    const left = (trials: readonly PlannedTrial[]): number => {
      const open = trials.filter(({ id }) => !this.finished.has(id));
      const seconds = open.map((trial) => this.running.get(trial.id)?.secondsLeft ?? secondsOf(trial));
      return seconds.length > 0 ? makespan(seconds, workers) : 0;
    };
    const isLadder = [...this.running.values()].some(({ trial }) => trial.role !== 'tune');
    const seconds = (isLadder ? 0 : left(tuning)) + left(ladder) + left(hero ? [hero] : []);
    return `study: ${this.finished.size} runs done, about ${duration(seconds)} left`;
  }
}

function runningLine({ trial, step, loss, perSecond, secondsLeft }: TrialUpdate, bar: number): string {
  const share = step / trial.steps;
  const filled = Math.round(share * bar);
  const drawn = bar > 0 ? `${'━'.repeat(filled)}${'─'.repeat(bar - filled)} ` : '';
  const unit = trial.tokens === undefined ? 'samples' : 'tokens';
  const speed = perSecond === undefined ? '' : `  ${compact(perSecond)} ${unit}/s`;
  const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`;
  const lossText = loss === undefined ? '' : `  loss ${loss.toFixed(3)}`;
  return `${trial.id.padEnd(26)} ${drawn}step ${step}/${trial.steps}${lossText}${speed}${left}`;
}

function finishedLine({ trial, state, loss, reason }: TrialUpdate): string {
  const mark = state === 'done' ? '✓' : '✗';
  const judged = trial.role === 'tune' ? 'tuning loss' : 'held-out loss';
  const result = state === 'done' ? `${judged} ${loss?.toFixed(4) ?? '?'}` : `${state}: ${reason ?? ''}`;
  return `${mark} ${trial.id.padEnd(26)} ${result}`;
}
