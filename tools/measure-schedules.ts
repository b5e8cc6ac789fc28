/**
 * Prints the measured numbers of docs/laws/schedules.md: node tools/measure-schedules.ts [laws|coverage|early]. `laws` takes minutes, the
 * others seconds.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { fitCurves, forecastSchedule, forecastEarly, heldOutCurves } from '../src/core/laws/index.ts';
import {
  calibrateFit,
  createSchedule,
  meanScore,
  SCHEDULE_LAWS,
  scheduleLawById,
  scoreCurve,
} from '../src/core/laws/index.ts';
import type { CurveScore, LossCurve, RunLosses } from '../src/core/laws/index.ts';
import { SchedulePoints } from '../src/core/laws/curves/loss-curve.ts';
import { withoutShared } from '../src/core/laws/curves/shared-points.ts';
import { Random } from '../src/core/math/random.ts';
import { scheduleCurves } from './conformance/schedules.ts';

const DATA = join(import.meta.dirname, '../../shared/data');
const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;
const quantile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(p * values.length))];

function scoreLine(name: string, { mean }: { mean: ReturnType<typeof meanScore> }): string {
  const { r2, meanAbsoluteError, rootMeanSquareError, coverage, halfWidth } = mean;
  const errors = [r2.toFixed(5), meanAbsoluteError.toFixed(5), rootMeanSquareError.toFixed(5)].join(' | ');
  return `| ${name} | ${errors} | ${percent(coverage[0], 0)} | ${percent(coverage[1], 0)} | ${percent(halfWidth)} |`;
}

const HEADER =
  '| law | R2 | MAE | RMSE | in 90 % | in 95 % | 95 % half-width |\n| --- | --- | --- | --- | --- | --- | --- |';
const line = (name: string, scores: readonly CurveScore[]): string => scoreLine(name, { mean: meanScore(scores) });

/** Laws by what they forecast of curves they did not see. */
function measureLaws(): void {
  const { train, test } = scheduleCurves()!;
  console.log(`\nThree curves forecast six:\n${HEADER}`);
  for (const law of SCHEDULE_LAWS) {
    const plain = fitCurves(law, train, { weights: 'points', shrinks: false });
    const fit = fitCurves(law, train);
    console.log(
      line(
        `${law.id}, published objective`,
        test.map((curve) => scoreCurve(plain, curve)),
      ),
    );
    console.log(
      line(
        law.id,
        test.map((curve) => scoreCurve(fit, curve)),
      ),
    );
    const calibrated = calibrateFit(fit, train).fit;
    console.log(
      line(
        `${law.id}, calibrated`,
        test.map((curve) => scoreCurve(calibrated, curve)),
      ),
    );
  }
  const curves = [...train, ...test];
  console.log(`\nEight curves forecast the ninth, on points of its own:\n${HEADER}`);
  for (const law of SCHEDULE_LAWS) console.log(scoreLine(law.id, heldOutCurves(law, curves)));
  const [law] = SCHEDULE_LAWS;
  const from = fitCurves(law, curves).parameters;
  const nested = curves.map((curve) => {
    const rest = curves.filter((one) => one !== curve);
    return scoreCurve(calibrateFit(fitCurves(law, rest, { from }), rest).fit, withoutShared(curve, rest));
  });
  console.log(line(`${law.id}, calibrated by the eight`, nested));
  for (const { run, coverage } of nested)
    console.log(`  ${run}: ${percent(coverage[0], 0)}, ${percent(coverage[1], 0)}`);
}

const STEPS = 24_000;
const WARMUP = 2160;

/** A schedule of the published shape: the rate as a share of its peak by the share of the run. */
const scheduleLike = (rateAt: (share: number) => number) =>
  createSchedule(
    Array.from({ length: 171 }, (_, i) => ({
      step: WARMUP + 128 * i,
      learningRate: 3e-4 * rateAt((128 * i) / (STEPS - WARMUP)),
    })),
  );

const SHAPES = {
  cosine: scheduleLike((x) => 0.1 + 0.45 * (1 + Math.cos(Math.PI * x))),
  constant: scheduleLike(() => 1),
  drop: scheduleLike((x) => (x < 0.3 ? 1 : 0.3)),
  wsd: scheduleLike((x) => Math.min(1, 0.1 + 5 * (1 - x))),
};

/** A noisy curve of the published constants of the 25M model. */
function simulated(name: keyof typeof SHAPES, random: Random, deviation: number, memory: number): LossCurve {
  const law = scheduleLawById('multi-power');
  const raw = law.parameters.map((parameter) => law.published![0].values[parameter.name]);
  const schedule = SHAPES[name];
  const steps = Array.from({ length: 57 }, (_, i) => WARMUP + 384 * i).slice(1);
  const points = new SchedulePoints(law, schedule, steps, 0);
  let state = random.normal();
  const losses = steps.map((_, row) => {
    state = memory * state + Math.sqrt(1 - memory * memory) * random.normal();
    return points.loss(raw, row, new Float64Array(raw.length)) * Math.exp(deviation * state);
  });
  return { run: name, schedule, steps, losses };
}

/** Coverage for a new run where the law is true and the noise remembers. */
function measureCoverage(): void {
  console.log(
    '\n| noise | lag-1 | studies | in 90 % | in 95 % | 95 % half-width |\n| --- | --- | --- | --- | --- | --- |',
  );
  const law = scheduleLawById('multi-power');
  const from = law.published![0].values;
  for (const memory of [0, 0.5, 0.8, 0.95]) {
    const scores = Array.from({ length: 100 }, (_, study) => {
      const random = new Random(1, study);
      const make = (name: keyof typeof SHAPES): LossCurve => simulated(name, random, 1.5e-3, memory);
      const fit = fitCurves(law, [make('cosine'), make('constant'), make('drop')], { from });
      return scoreCurve(fit, make('wsd'));
    });
    const { coverage, halfWidth } = meanScore(scores);
    console.log(
      `| .15 % | ${memory} | ${scores.length} | ${percent(coverage[0], 1)} | ${percent(coverage[1], 1)} | ${percent(halfWidth)} |`,
    );
  }
}

interface Outcome {
  readonly error: number;
  readonly carried: number;
  readonly isInside: boolean;
}

function outcomeOf(target: RunLosses, siblings: readonly RunLosses[]): Outcome | undefined {
  try {
    const { loss, intervals, lastValue } = forecastEarly(target, siblings, { final: target.steps.at(-1)!, until: 0.3 });
    const actual = target.losses.at(-1)!;
    return {
      error: Math.abs(loss / actual - 1),
      carried: Math.abs(lastValue / actual - 1),
      isInside: actual >= intervals[0].low && actual <= intervals[0].high,
    };
  } catch {
    // Too few points at the cut: counted as abstained.
    return undefined;
  }
}

function earlyLine(name: string, outcomes: readonly (Outcome | undefined)[]): string {
  const known = outcomes.filter((one) => one !== undefined);
  const errors = known.map(({ error }) => error);
  const inside = known.filter(({ isInside }) => isInside).length / known.length;
  return `| ${name} | ${known.length} of ${outcomes.length} | ${percent(
    quantile(
      known.map(({ carried }) => carried),
      0.5,
    ),
  )} | ${percent(quantile(errors, 0.5))} | ${percent(quantile(errors, 0.9))} | ${percent(inside, 0)} |`;
}

/** Final losses from the first 30 % of a run. */
function measureEarly(): void {
  console.log(
    '\n| set | runs | carried, median | median error | 90 % of errors under | in 90 % |\n| --- | --- | --- | --- | --- | --- |',
  );
  const routing = routingCurves();
  const random = new Random(1);
  const others = (one: RoutingCurve): RoutingCurve[] => routing.filter(({ size }) => size !== one.size);
  console.log(
    earlyLine(
      'routing, alone',
      routing.map((one) => outcomeOf(one, [])),
    ),
  );
  for (const count of [2, 3, 4, 5, 8, 20]) {
    const outcomes = routing.map((one) => {
      const pool = others(one);
      return outcomeOf(
        one,
        [...random.permutation(pool.length)].slice(0, count).map((index) => pool[index]),
      );
    });
    console.log(earlyLine(`routing, ${count} siblings of other sizes`, outcomes));
  }
  console.log(
    earlyLine(
      'routing, all siblings of other sizes',
      routing.map((one) => outcomeOf(one, others(one))),
    ),
  );
  console.log(
    earlyLine(
      'colpret, alone',
      colpretCurves().map((one) => outcomeOf(one, [])),
    ),
  );
  const { train, test } = scheduleCurves()!;
  const schedules = [...train, ...test];
  console.log(
    earlyLine(
      'schedules, alone',
      schedules.map((one) => outcomeOf(one, [])),
    ),
  );
  console.log(
    earlyLine(
      'schedules, multi-power law, the three curves',
      schedules.map((one) => byLaw(one, train)),
    ),
  );
}

function byLaw(target: LossCurve, siblings: readonly LossCurve[]): Outcome {
  const final = target.steps.at(-1)!;
  const count = target.steps.filter((step) => step <= 0.3 * final).length;
  const seen = { ...target, steps: target.steps.slice(0, count), losses: target.losses.slice(0, count) };
  const fit = fitCurves(scheduleLawById('multi-power'), [...siblings.filter((one) => one !== target), seen]);
  const [{ loss, intervals }] = forecastSchedule(fit, target.schedule, [final], [0.9]);
  const actual = target.losses.at(-1)!;
  return {
    error: Math.abs(loss / actual - 1),
    carried: Math.abs(seen.losses.at(-1)! / actual - 1),
    isInside: actual >= intervals[0].low && actual <= intervals[0].high,
  };
}

interface RoutingCurve extends RunLosses {
  readonly size: string;
}

function routingCurves(): RoutingCurve[] {
  const text = gunzipSync(readFileSync(join(DATA, 'routing/curves.csv.gz'))).toString();
  const rows: Record<string, string>[] = parse(text, { columns: true });
  const usable = rows.filter((row) => row.loss_validation !== '');
  return [...Map.groupBy(usable, (row) => row.hyper_id)].map(([run, of]) => ({
    run,
    size: of[0].model_size_label,
    steps: of.map((row) => Number(row.step)),
    losses: of.map((row) => Number(row.loss_validation)),
  }));
}

/** Curves of at least twelve points, repeated tokens left out. */
function colpretCurves(): RunLosses[] {
  const all = JSON.parse(readFileSync(join(DATA, 'curves/colpret_subset.json'), 'utf8')) as Record<
    string,
    [number[], number[]]
  >;
  return Object.entries(all).flatMap(([run, [tokens, losses]]) => {
    const points = [...new Map(tokens.map((step, row) => [step, losses[row]]))]
      .filter(([step, loss]) => step > 0 && loss > 0)
      .toSorted(([a], [b]) => a - b);
    if (points.length < 12) return [];
    return [{ run, steps: points.map(([step]) => step), losses: points.map(([, loss]) => loss) }];
  });
}

if (!existsSync(join(DATA, 'schedules'))) {
  console.log(`no data at ${DATA}`);
} else {
  const [part] = process.argv.slice(2);
  if (part === undefined || part === 'early') measureEarly();
  if (part === undefined || part === 'coverage') measureCoverage();
  if (part === undefined || part === 'laws') measureLaws();
}
