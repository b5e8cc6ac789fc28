import { exp } from '../../math/elementary.ts';
import { studentQuantile } from '../../math/distributions.ts';
import { mean } from '../../math/means.ts';
import { regress } from '../../math/regression.ts';
import { counted } from '../../terms/names.ts';
import { countText, percentText, ruled } from './finding.ts';
import type { Finding } from './finding.ts';
import { levelsOf } from './scaling-table.ts';
import type { ScalingTable } from './scaling-table.ts';

/** Levels of scale, and their range, from which on a curve shows a shape. */
const FEWEST_LEVELS = 4;
const SHORTEST_RANGE = 4;
/** Runs from which on a law of two variables leaves something to judge by. */
const FEWEST_RUNS_OF_TWO = 8;
/** Levels whose scale differs by less than this are one. */
const SAME = 0.01;
/** A loss that changes by less than this over the whole range does not fall. */
const FLAT = 0.01;
const FLAT_RANGE = 10;
const CONFIDENCE = 0.95;

/** Enough levels over enough range? Otherwise no verdict is given at all. */
export function detectLevels({ variables, data, scale }: ScalingTable): Finding {
  const levels = levelsOf(scale.map(exp), SAME);
  const range = levels.length > 0 ? levels.at(-1)! / levels[0] : 1;
  const what = `${counted(data.rows, 'run')} at ${counted(levels.length, 'level')} of ${variables.length > 1 ? 'compute' : variables[0]} over a factor of ${countText(range)}`;
  const isShort = levels.length < FEWEST_LEVELS || range < SHORTEST_RANGE;
  const isFew = variables.length > 1 && data.rows < FEWEST_RUNS_OF_TWO;
  if (!isShort && !isFew) return ruled('levels', 'fine', `Enough to judge: ${what}.`);
  const wanted = isFew
    ? `${FEWEST_RUNS_OF_TWO} runs for a law of two variables`
    : `${FEWEST_LEVELS} levels over a factor of ${SHORTEST_RANGE}`;
  return ruled(
    'levels',
    'cannot-tell',
    `Too little to judge: ${what}; wanted are ${wanted}.`,
    [],
    'Add sizes, best at the ends of the range.',
  );
}

/** Does the loss fall at all? `alarm` where it is shown not to; `cannot-tell` where its slope may as well be nothing. */
export function detectFlat({ scale, response }: ScalingTable): Finding {
  const centre = mean(scale);
  const fit = regress(
    Array.from(scale, (x) => [1, x - centre]),
    Array.from(response),
  );
  if (!fit || fit.degrees < 1) return ruled('flat', 'cannot-tell', 'Too few runs to see whether the loss falls.');
  const range = Math.max(...scale) - Math.min(...scale);
  const half =
    studentQuantile(CONFIDENCE, fit.degrees) * Math.sqrt((fit.residualSum / fit.degrees) * fit.inverse[1][1]);
  const [most, least] = [fit.coefficients[1] - half, fit.coefficients[1] + half].map((slope) => slope * range);
  const numbers = { effect: fit.coefficients[1] * range, resolves: half * range };
  const over = `over a factor of ${countText(exp(range))}`;
  if (most > -FLAT && exp(range) >= FLAT_RANGE) {
    return {
      ...ruled(
        'flat',
        'alarm',
        most > 0
          ? `The loss rises: by ${percentText(most)} at the least ${over}.`
          : `The loss does not fall: by ${percentText(most)} at the most ${over}.`,
        [],
        'More of the same buys nothing: something else limits these runs.',
      ),
      ...numbers,
    };
  }
  if (least > 0)
    return {
      ...ruled(
        'flat',
        'cannot-tell',
        `Whether the loss falls at all cannot be told: ${percentText(numbers.effect)} ${over}, give or take ${percentText(half * range)}.`,
        [],
        'Widen the range of scale, or repeat runs with other seeds.',
      ),
      ...numbers,
    };
  return { ...ruled('flat', 'fine', `The loss changes by ${percentText(numbers.effect)} ${over}.`), ...numbers };
}
