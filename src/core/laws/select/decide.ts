import type { Law } from '../../terms/law.ts';
import { counted } from '../../terms/names.ts';
import type { Selection, SelectionCandidate } from '../../terms/selection.ts';

/** A mean of the last values replaces the last one where its held-out error is below this share. */
const STEADIER = 0.9;
/** A single law replaces the average where its held-out error is below this share. */
const CLEARLY_BETTER = 0.5;
/** A law must always err less than this share of what needs no law, however much evidence there is. */
const LEAST_GAIN = 0.85;
/** Laws within this factor of the best are not told apart: the one with the fewest parameters stands for them. */
const ALIKE = 1.1;

type Verdict = Pick<Selection, 'selected' | 'bestLaw' | 'beatsLastValue' | 'sentence'>;
type Tried = SelectionCandidate & { readonly error: number };

/**
 * What to use. A law or the average must forecast better than the last value and the mean of the last few by a margin that shrinks as
 * independent forecasts gather: with n of them below n / (n + 1) of their error, and never above .85. The average is taken unless a single law is
 * clearly better. Errors below `rounding` are none.
 */
export function decide(
  candidates: readonly SelectionCandidate[],
  independent: number,
  laws: readonly Law[],
  rounding: number,
): Verdict {
  const tried = candidates.filter((one): one is Tried => one.error !== null);
  const lastValue = tried.find(({ kind }) => kind === 'last-value');
  const best = bestLaw(tried, laws, rounding);
  if (!lastValue) {
    const sentence = 'Too few levels of cost to hold any out: nothing is known to beat the last value.';
    return { selected: candidates[0].name, bestLaw: null, beatsLastValue: false, sentence };
  }
  const local = tried.find(({ kind, error }) => kind === 'local-average' && error < STEADIER * lastValue.error);
  const trivial = local ?? lastValue;
  const average = tried.find(({ kind }) => kind === 'average');
  const isClear = best !== undefined && best.error <= Math.max(rounding, CLEARLY_BETTER * (average?.error ?? Infinity));
  const favourite = isClear ? best : average;
  const needed = Math.min(LEAST_GAIN, independent / (independent + 1)) * trivial.error;
  const holds = favourite !== undefined && favourite.error < needed;
  const selected = holds ? favourite : trivial;
  return {
    selected: selected.name,
    bestLaw: best?.name ?? null,
    beatsLastValue: selected !== lastValue,
    sentence: sentenceOf(selected, lastValue, holds ? undefined : favourite, independent),
  };
}

/** The law of the least held-out error; of those that are alike the one with the fewest parameters, as fitted before shifted. */
function bestLaw(tried: readonly Tried[], laws: readonly Law[], rounding: number): Tried | undefined {
  const single = tried.filter(({ kind }) => kind === 'law' || kind === 'anchored-law');
  const least = Math.min(...single.map(({ error }) => error));
  const size = ({ kind, parts }: Tried): number =>
    (laws.find(({ id }) => id === parts[0].law)?.parameters.length ?? 0) + (kind === 'law' ? 0 : 0.5);
  return single
    .filter(({ error }) => error <= Math.max(rounding, ALIKE * least))
    .reduce((best: Tried | undefined, one) => (!best || size(one) < size(best) ? one : best), undefined);
}

function sentenceOf(selected: Tried, lastValue: Tried, refused: Tried | undefined, independent: number): string {
  const percent = (error: number): string => `${(100 * error).toPrecision(2)} %`;
  const times = (one: Tried): string => `${(one.error / lastValue.error).toPrecision(2)} times`;
  const evidence = counted(independent, 'independent forecast');
  if (selected === lastValue) {
    const why = refused && lastValue.error > 0 ? `: '${refused.name}' erred ${times(refused)} as much` : '';
    return `No law is known to beat the last value over ${evidence}${why}. It is carried forward.`;
  }
  const against = `${times(selected)} the error of the last value (${percent(selected.error)} against ${percent(lastValue.error)}) over ${evidence}`;
  if (selected.kind === 'local-average')
    return `No law is known to beat the ${selected.name} values, which had ${against}.`;
  return `'${selected.name}' had ${against}.`;
}
