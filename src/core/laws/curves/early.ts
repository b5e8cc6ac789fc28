import { studentQuantile } from '../../math/distributions.ts';
import { exp, log } from '../../math/elementary.ts';
import { dot } from '../../math/linear.ts';
import { normalQuantile } from '../../math/normal.ts';
import { leverage, regress } from '../../math/regression.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Interval } from '../../terms/fit.ts';
import type { Exclusion } from '../../terms/observation.ts';

/** Losses of a run over its steps; the last point of a sibling is its end. */
export interface RunLosses {
  readonly run: string;
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

export interface EarlyOptions {
  /** Step at which the run will end. */
  readonly final: number;
  /** Share of the run that may be seen, in (0, 1). */
  readonly until: number;
  /** Default .9 and .95. */
  readonly levels?: readonly number[];
}

/** The final loss of a run from its first part. */
export interface EarlyForecast {
  readonly run: string;
  /** Last step that was seen, and the loss there by the line through the points of the last half of it. */
  readonly seen: number;
  readonly level: number;
  /** d log loss / d log step there. */
  readonly slope: number;
  readonly loss: number;
  /** For the loss that will be measured at the end. */
  readonly intervals: readonly Interval[];
  /** The last loss that was seen, carried forward: the baseline. */
  readonly lastValue: number;
  readonly siblings: number;
  /** How the forecast was made, in words. */
  readonly method: string;
  readonly exclusions: readonly Exclusion[];
  readonly warnings: readonly string[];
}

/** The part of a run that was seen: what forecasts its end. */
interface Beginning {
  readonly seen: number;
  readonly logLevel: number;
  readonly slope: number;
  /** What the slope takes off the log loss until the end if it stays. */
  readonly fall: number;
  readonly lastValue: number;
}

/** A forecast from fewer degrees of freedom than this has intervals of no use: terms of the regression are left out instead. */
const FEWEST_DEGREES = 2;
const FEWEST_POINTS = 3;
/**
 * Alone, a run falls by the slope at the cut, times this. Its spread covers the public curves of `docs/laws/schedules.md`: decays to come
 * make it more than 1, floors less.
 */
const ALONE = { times: 1, deviation: 0.35 } as const;

/**
 * Forecasts the loss at the end of a run from its first part. Siblings are finished runs under the same schedule, stretched to their own
 * length: over them the log loss that is still to fall is regressed on the slope at the same share of the run, then on its level too, as
 * far as their number allows; Student's t gives the interval. With less than two siblings the slope is carried on.
 */
export function forecastEarly(
  target: RunLosses,
  siblings: readonly RunLosses[],
  { final, until, levels = [0.9, 0.95] }: EarlyOptions,
): EarlyForecast {
  if (!(until > 0 && until < 1))
    throw new IsoflopError('invalid-input', `the share seen must lie in (0, 1), got ${until}`);
  for (const one of [target, ...siblings]) checkSteps(one);
  const begun = beginningOf(target, final, until);
  if (typeof begun === 'string') {
    throw new IsoflopError('not-identifiable', `run '${target.run}': ${begun}`, {
      hint: 'Log the loss more often, or see more of the run.',
    });
  }
  const exclusions: Exclusion[] = [];
  const ended = siblings.flatMap((sibling) => {
    const start = beginningOf(sibling, sibling.steps.at(-1) ?? 0, until);
    if (typeof start !== 'string') return [{ start, fell: log(sibling.losses.at(-1)!) - start.logLevel }];
    exclusions.push({ run: sibling.run, reason: start });
    return [];
  });
  const { change, halves, method } = ended.length < 2 ? alone(begun, levels) : together(begun, ended, levels);
  const loss = exp(begun.logLevel + change);
  return {
    run: target.run,
    seen: begun.seen,
    level: exp(begun.logLevel),
    slope: begun.slope,
    loss,
    intervals: levels.map((level, i) => ({ level, low: loss * exp(-halves[i]), high: loss * exp(halves[i]) })),
    lastValue: begun.lastValue,
    siblings: ended.length < 2 ? 0 : ended.length,
    method,
    exclusions,
    warnings: warningsOf(begun, ended),
  };
}

function checkSteps({ run, steps }: RunLosses): void {
  const bad = steps.findIndex((step, row) => !(step >= 0) || (row > 0 && step <= steps[row - 1]));
  if (bad < 0) return;
  throw new IsoflopError('invalid-input', `run '${run}': point ${bad + 1} is at step ${steps[bad]}`, {
    hint: 'Steps rise from point to point; sort the table, and keep one row a step.',
  });
}

/** Level and slope at the cut, by the line through the log losses of its last half; or why there is none. */
function beginningOf({ steps, losses }: RunLosses, final: number, until: number): Beginning | string {
  const cut = until * final;
  const seen = steps.findLast((step) => step > 0 && step <= cut);
  if (seen === undefined) return `no point by step ${Math.floor(cut)}, ${Math.round(100 * until)} % of the run`;
  const rows = steps.flatMap((step, row) => (step >= seen / 2 && step <= seen ? [row] : []));
  const bad = [...rows, losses.length - 1].find((row) => !(losses[row] > 0 && Number.isFinite(losses[row])));
  if (bad !== undefined) return `the loss at step ${steps[bad]} is ${losses[bad]}`;
  const line =
    rows.length < FEWEST_POINTS
      ? undefined
      : regress(
          rows.map((row) => [1, log(steps[row] / seen)]),
          rows.map((row) => log(losses[row])),
        );
  if (!line)
    return `${rows.length} points between steps ${Math.ceil(seen / 2)} and ${seen}; at least ${FEWEST_POINTS} are needed`;
  const [logLevel, slope] = line.coefficients;
  return { seen, logLevel, slope, fall: slope * log(final / seen), lastValue: losses[rows.at(-1)!] };
}

interface Change {
  /** Of the log loss until the end. */
  readonly change: number;
  /** Half-widths of its intervals. */
  readonly halves: readonly number[];
  readonly method: string;
}

function alone({ fall }: Beginning, levels: readonly number[]): Change {
  return {
    change: ALONE.times * fall,
    halves: levels.map((level) => normalQuantile(0.5 + level / 2) * ALONE.deviation * Math.abs(fall)),
    method: 'the slope at the cut, carried on; the interval is what public curves did',
  };
}

function together(
  begun: Beginning,
  ended: readonly { readonly start: Beginning; readonly fell: number }[],
  levels: readonly number[],
): Change {
  const terms = Math.min(3, Math.max(1, ended.length - FEWEST_DEGREES));
  const row = ({ fall, logLevel }: Beginning): number[] => (terms === 1 ? [fall] : [1, fall, logLevel].slice(0, terms));
  const fitted = regress(
    ended.map(({ start }) => row(start)),
    ended.map(({ fell }) => fell),
  );
  // Siblings that are all alike cannot tell the terms apart.
  if (!fitted) return alone(begun, levels);
  const here = row(begun);
  const variance = (fitted.residualSum / fitted.degrees) * (1 + leverage(here, fitted.inverse));
  return {
    change: dot(here, fitted.coefficients),
    halves: levels.map((level) => studentQuantile(0.5 + level / 2, fitted.degrees) * Math.sqrt(variance)),
    method: `${ended.length} siblings: the fall still to come by ${['the slope', 'slope', 'slope and level'][terms - 1]} at the cut`,
  };
}

function warningsOf(begun: Beginning, ended: readonly { readonly start: Beginning }[]): string[] {
  const warnings: string[] = [];
  if (begun.slope >= 0) warnings.push('the loss does not fall at the cut');
  if (ended.length < 2) return warnings;
  for (const [name, of] of [
    ['slope', ({ slope }: Beginning) => slope],
    ['level', ({ logLevel }: Beginning) => logLevel],
  ] as const) {
    const values = ended.map(({ start }) => of(start));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const beyond = Math.max(low - of(begun), of(begun) - high) / (high - low);
    if (beyond > 0.5) warnings.push(`the ${name} at the cut lies far outside that of the siblings`);
  }
  return warnings;
}
