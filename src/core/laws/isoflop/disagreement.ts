import type { Interval } from '../../terms/fit.ts';
import type { Answer, Approach } from './approach.ts';

/** How far the approaches that gave an answer lie apart. */
export interface Disagreement {
  /** Largest best size over the smallest one. */
  readonly params: number;
  readonly tokens: number;
  /** Largest exponent of the best size less the smallest one. */
  readonly exponent: number;
  /** Pairs of approaches whose intervals of the best size, or of its exponent, have nothing in common. */
  readonly apart: readonly (readonly [string, string])[];
  readonly sentence: string;
}

/** Sizes nearer than this factor are called one answer. */
const SAME_SIZE = 1.1;

export function disagreementOf(approaches: readonly Approach[], flops: number): Disagreement {
  const answers = approaches.flatMap(({ id, answer }) => (answer ? [{ id, answer }] : []));
  if (answers.length < 2) {
    const sentence = answers.length === 0 ? 'No approach gives an answer.' : 'One approach alone gives an answer.';
    return { params: 1, tokens: 1, exponent: 0, apart: [], sentence };
  }
  const params = ratio(answers.map(({ answer }) => answer.params.value));
  const tokens = ratio(answers.map(({ answer }) => answer.tokens.value));
  const exponents = answers.map(({ answer }) => answer.exponents.params.value);
  const apart = answers.flatMap((one, index) =>
    answers
      .slice(index + 1)
      .filter((other) => areAnswersApart(one.answer, other.answer))
      .map((other) => [one.id, other.id] as const),
  );
  const exponent = Math.max(...exponents) - Math.min(...exponents);
  const at = `${flops.toExponential(1).replace('e+', 'e')} FLOPs`;
  const distance =
    params < SAME_SIZE
      ? `The approaches agree on the best size at ${at} within ${(100 * (params - 1)).toFixed(0)} %.`
      : `The approaches differ ${params.toFixed(2)} times in the best size at ${at} and by ${exponent.toFixed(3)} in its exponent.`;
  const pairs = apart.map(([one, other]) => `${one} and ${other}`).join(', ');
  const verdict =
    apart.length > 0
      ? ` Noise alone does not explain it: the intervals of ${pairs} do not meet.`
      : ' Their intervals meet.';
  return { params, tokens, exponent, apart, sentence: distance + verdict };
}

const ratio = (values: readonly number[]): number => Math.max(...values) / Math.min(...values);

const areAnswersApart = (a: Answer, b: Answer): boolean =>
  areApart(a.params.interval, b.params.interval) || areApart(a.exponents.params.interval, b.exponents.params.interval);

const areApart = (a?: Interval, b?: Interval): boolean =>
  a !== undefined && b !== undefined && (a.high < b.low || b.high < a.low);
