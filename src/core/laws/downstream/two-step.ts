import { studentCdf, studentQuantile } from '../../math/distributions.ts';
import { square } from '../../math/elementary.ts';
import { mean } from '../../math/means.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit, Interval, Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { modelOf } from '../fit/model.ts';
import { restrictLaw } from '../own-law.ts';
import { fitCovariance } from '../uncertainty/covariance.ts';
import { bandOf, halfWidth } from '../uncertainty/quantity.ts';

/** Whether the loss tells the accuracy on these runs, and carries on beyond them. */
export interface StepTwoTest {
  /** Rank correlation of loss and accuracy (Spearman), and the one-sided p value of none. */
  readonly rankCorrelation: number;
  readonly pValue: number;
  /** Mean accuracy of the third of lowest loss less chance, in standard errors. */
  readonly aboveChance: number;
  /** The third of lowest loss, forecast from the others: errors of the sigmoid and of their three best carried forward. */
  readonly heldOut: { readonly runs: number; readonly sigmoid: number; readonly lastValue: number };
  readonly verdict: 'holds' | 'not monotone' | 'at chance' | 'no better than the last value';
  readonly sentence: string;
}

/** Accuracy by compute through the loss. */
export interface TwoStep {
  /** Loss by the law's variables. */
  readonly stepOne: Fit;
  /** Accuracy by loss: chance + gain sigmoid(k (L0 - loss)). */
  readonly stepTwo: Fit;
  readonly test: StepTwoTest;
}

export interface AccuracyForecast {
  readonly loss: number;
  readonly accuracy: number;
  /** Of one new model: both laws and the scatter of accuracy about the second, within 0 and 1. */
  readonly interval: Interval;
  /** The forecast loss lies below every run's. */
  readonly isBeyond: boolean;
}

const LEVEL = 0.95;
const SQUARES: Objective = { kind: 'least-squares', residual: 'linear' };
const LOG_SQUARES: Objective = { kind: 'least-squares', residual: 'log' };
const SIGNIFICANT = 0.01;
/** Standard errors above chance from which a benchmark is taken to have begun to move. */
const CLEAR = 3;
const FEWEST = 9;

/** Fits both steps to a table with the law's variables, `loss` and `accuracy`; `chance` is the accuracy of guessing. */
export function fitTwoStep(data: Observations, lawId: string, chance: number): TwoStep {
  if (data.rows < FEWEST) {
    throw new IsoflopError('not-identifiable', `both steps and their test need ${FEWEST} runs, got ${data.rows}`, {
      hint: 'Add runs with a loss and an accuracy.',
    });
  }
  const bad = data.columns.accuracy.findIndex((value) => !(value >= 0 && value <= 1));
  if (bad >= 0) {
    throw new IsoflopError('invalid-input', `column 'accuracy' holds ${data.columns.accuracy[bad]} in row ${bad + 1}`, {
      hint: 'Accuracies run from 0 to 1.',
    });
  }
  const law = sigmoid(chance);
  return {
    stepOne: fitLaw(lawById(lawId), data, { objective: LOG_SQUARES }),
    stepTwo: fitLaw(law, data, { objective: SQUARES }),
    test: testStepTwo(data, law, chance),
  };
}

const sigmoid = (chance: number): Law => {
  const law = lawById('downstream-sigmoid');
  const held = restrictLaw(law, { fixed: { chance } });
  return {
    ...held,
    parameters: held.parameters.map((one) => (one.name === 'gain' ? { ...one, upper: 1 - chance } : one)),
  };
};

/** Accuracy at a point of the first law's variables. */
export function forecastAccuracy(
  { stepOne, stepTwo }: TwoStep,
  data: Observations,
  at: Readonly<Record<string, number>>,
): AccuracyForecast {
  const one = bandOf(stepOne, fitCovariance(stepOne, data), 'curve', LEVEL)(at);
  const covariance = fitCovariance(stepTwo, data);
  const raw = covariance.problem.coordinates.toRaw(covariance.theta);
  const [accuracy, ...slopes] = modelOf(stepTwo.law).slopes(raw, [[one.loss]], 1);
  const valueAt = (loss: number): number => modelOf(stepTwo.law).values(raw, [[loss]], 1)[0];
  // The sigmoid bends: the loss's interval is carried through it rather than through its tangent.
  const [worst, best] = [valueAt(one.high), valueAt(one.low)];
  const own = halfWidth(covariance, slopes, LEVEL);
  const t = studentQuantile(0.5 + LEVEL / 2, covariance.degreesOfFreedom);
  const scatter = t * Math.sqrt(covariance.residualVariance);
  const half = (through: number): number => Math.hypot(own, scatter, through);
  return {
    loss: one.loss,
    accuracy,
    interval: {
      level: LEVEL,
      low: Math.max(0, accuracy - half(accuracy - worst)),
      high: Math.min(1, accuracy + half(best - accuracy)),
    },
    isBeyond: data.columns.loss.every((loss) => loss > one.loss),
  };
}

function testStepTwo(data: Observations, law: Law, chance: number): StepTwoTest {
  const order = Array.from({ length: data.rows }, (_, row) => row).sort(
    (a, b) => data.columns.loss[b] - data.columns.loss[a],
  );
  const cut = data.rows - Math.max(3, Math.floor(data.rows / 3));
  const [seen, held] = [order.slice(0, cut), order.slice(cut)];
  const { accuracy, loss } = data.columns;
  const { rankCorrelation, pValue } = rankTest([...loss], [...accuracy]);
  const aboveChance = inStandardErrors(held.map((row) => accuracy[row] - chance));
  const heldOut = heldOutErrors(data, law, seen, held);
  const verdict =
    pValue > SIGNIFICANT
      ? 'not monotone'
      : aboveChance < CLEAR
        ? 'at chance'
        : heldOut.sigmoid >= heldOut.lastValue
          ? 'no better than the last value'
          : 'holds';
  return { rankCorrelation, pValue, aboveChance, heldOut, verdict, sentence: SENTENCES[verdict] };
}

const SENTENCES: Readonly<Record<StepTwoTest['verdict'], string>> = {
  holds: 'The loss tells the accuracy: the best third of the runs was forecast better than by the last value.',
  'not monotone': 'The accuracy does not rise as the loss falls: no forecast can be made from the loss.',
  'at chance': 'The best runs are still at chance: where the accuracy begins to rise cannot be told.',
  'no better than the last value':
    'The sigmoid forecast the best third of the runs no better than the last value: do not believe it beyond them.',
};

function heldOutErrors(
  { columns: { loss, accuracy }, runs }: Observations,
  law: Law,
  seen: readonly number[],
  held: readonly number[],
): StepTwoTest['heldOut'] {
  const part: Observations = {
    rows: seen.length,
    columns: {
      loss: Float64Array.from(seen, (row) => loss[row]),
      accuracy: Float64Array.from(seen, (row) => accuracy[row]),
    },
    runs: seen.map((row) => runs[row]),
    conventions: {},
    exclusions: [],
  };
  const { parameters } = fitLaw(law, part, { objective: SQUARES });
  const raw = law.parameters.map(({ name }) => parameters[name]);
  const at = held.map((row) => loss[row]);
  const expected = modelOf(law).values(raw, [at], at.length);
  const last = seen.slice(-3).reduce((sum, row) => sum + accuracy[row] / 3, 0);
  const error = (of: (index: number) => number): number =>
    Math.sqrt(held.reduce((sum, row, index) => sum + square(of(index) - accuracy[row]), 0) / held.length);
  return { runs: held.length, sigmoid: error((index) => expected[index]), lastValue: error(() => last) };
}

/** Spearman's correlation with mid-ranks; p by Student's t, one-sided: accuracy that rises as loss falls. */
function rankTest(loss: readonly number[], accuracy: readonly number[]): { rankCorrelation: number; pValue: number } {
  const [x, y] = [midRanks(loss), midRanks(accuracy)];
  const middle = (loss.length + 1) / 2;
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, index) => sum + (value - middle) * (b[index] - middle), 0);
  const spread = product(x, x) * product(y, y);
  if (spread === 0) return { rankCorrelation: 0, pValue: 1 };
  const rankCorrelation = product(x, y) / Math.sqrt(spread);
  const degrees = loss.length - 2;
  if (1 - square(rankCorrelation) < 1e-15) return { rankCorrelation, pValue: rankCorrelation < 0 ? 0 : 1 };
  const t = rankCorrelation * Math.sqrt(degrees / (1 - square(rankCorrelation)));
  return { rankCorrelation, pValue: studentCdf(t, degrees) };
}

function midRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same + 1) / 2;
  });
}

function inStandardErrors(values: readonly number[]): number {
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + square(value - centre), 0) / (values.length - 1);
  return variance > 0 ? centre / Math.sqrt(variance / values.length) : Math.sign(centre) * Infinity || 0;
}
