import type { Finding, DetectorId } from './finding.ts';
import { countText } from './finding.ts';
import type { Bend } from './bend.ts';
import type { Rise } from './rise.ts';

/** The answer in one word. */
export type VerdictId =
  | 'power-law'
  | 'power-law-with-floor'
  | 'cannot-tell'
  | 'broken'
  | 'u-shaped'
  | 'double-descent'
  | 'plateau'
  | 'not-enough-data'
  | 'mixed-runs';

export interface Verdict {
  readonly id: VerdictId;
  /** Whether more scale lowers the loss by a law that can be carried on. */
  readonly scales: boolean;
  readonly sentence: string;
  /** What stands on the axis along which a plateau lies: `params`, `tokens`, `flops`, ... or `learning rate`. */
  readonly by?: string;
}

/** What the shape detectors saw. */
export interface Shapes {
  readonly flat: Finding;
  readonly rise: Rise;
  /** In one variable. */
  readonly peak?: Rise;
  readonly steepening: Bend;
  readonly flattening: Bend;
  readonly floor: Finding;
}

const no = (id: VerdictId, sentence: string, by?: string): Verdict => ({
  id,
  scales: false,
  sentence,
  ...(by === undefined ? {} : { by }),
});
const yes = (id: VerdictId, sentence: string): Verdict => ({ id, scales: true, sentence });

/** The verdict on the runs that could be judged; the gravest departure speaks. */
export function verdictOn(
  findings: readonly Finding[],
  shapes: Shapes | undefined,
  variables: readonly string[],
): Verdict {
  const alarmed = (id: DetectorId): Finding | undefined =>
    findings.find((finding) => finding.id === id && finding.verdict === 'alarm');
  const mixed = alarmed('conventions') ?? alarmed('schedules');
  if (mixed) return no('mixed-runs', `No verdict on a law: the runs cannot be compared. ${mixed.sentence}`);
  if (!shapes) {
    const levels = findings.find(({ id }) => id === 'levels');
    return no('not-enough-data', levels?.sentence ?? 'Too little to judge.');
  }
  return shapeVerdict(shapes, alarmed('learning-rate') !== undefined || hasOneRate(findings), variables);
}

const hasOneRate = (findings: readonly Finding[]): boolean =>
  findings.some(({ id, verdict, pValue }) => id === 'learning-rate' && verdict === 'cannot-tell' && pValue === null);

function shapeVerdict(shapes: Shapes, isUntuned: boolean, variables: readonly string[]): Verdict {
  const { flat, rise, peak, steepening, flattening, floor } = shapes;
  if (rise.shape) {
    const name = rise.shape === 'double-descent' ? 'double descent' : 'U-shaped';
    return no(rise.shape, `No: ${name}. ${rise.finding.sentence}`);
  }
  if (peak?.shape) return no(peak.shape, `No: double descent. ${peak.finding.sentence}`);
  if (flat.verdict === 'alarm') {
    const name = (flat.effect ?? 0) > (flat.resolves ?? 0) ? 'a plateau that rises' : 'a plateau';
    return no('plateau', `No: ${name}. ${flat.sentence}`, variables.join(' and '));
  }
  if (flattening.knot) {
    const by = isUntuned ? 'learning rate' : axisName(flattening.knot.axis);
    const cause = isUntuned ? ' The learning rate is the first suspect: it was not tuned at those sizes.' : '';
    return flattening.stops
      ? no(
          'plateau',
          `No: a plateau by ${by} beyond ${countText(flattening.knot.value)}. ${flattening.finding.sentence}${cause}`,
          by,
        )
      : no('broken', `No: the law breaks. ${flattening.finding.sentence}${cause}`);
  }
  if (peak?.finding.verdict === 'alarm') return no('broken', `No: the law breaks. ${peak.finding.sentence}`);
  if (steepening.knot) return no('broken', `Not yet: the law breaks. ${steepening.finding.sentence}`);
  if (flat.verdict === 'cannot-tell') return no('not-enough-data', flat.sentence);
  if (floor.verdict === 'alarm')
    return yes('power-law-with-floor', `Yes, with diminishing returns: a power law with a floor. ${floor.sentence}`);
  if (floor.verdict === 'cannot-tell')
    return yes(
      'cannot-tell',
      `Yes: a power law over this range; whether it has a floor cannot be told. ${floor.sentence}`,
    );
  return yes('power-law', `Yes: a clean power law. ${floor.sentence}`);
}

const axisName = (axis: string): string => (axis === 'scale' || axis === 'flops' ? 'compute' : axis);
