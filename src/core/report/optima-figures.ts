import { log } from '../math/elementary.ts';
import type { Optima } from '../laws/isoflop/optima.ts';
import type { Profile } from '../laws/isoflop/parabola.ts';
import { surfaceOptimum } from '../laws/isoflop/surface-optimum.ts';
import type { ChinchillaConstants } from '../laws/isoflop/surface-optimum.ts';
import type { Figure, Ink, Mark, Point } from './figure.ts';
import { geometric } from './grid.ts';

/** Points of a drawn curve. */
const STEPS = 40;
/** Budgets beyond this number go without a label of their own. */
const MOST_LABELS = 12;

const short = (flops: number): string => flops.toExponential(1).replace('.0e', 'e').replace('e+', 'e');

/** Loss over size at each budget, the parabolas and their minima, and the path of the surface's optimum through them. */
export function profilesFigure({ profiles, surfaces, cost }: Optima): Figure {
  const drawn = profiles.filter(({ points }) => new Set(points.map(({ params }) => params)).size > 2);
  const every = Math.ceil(drawn.length / MOST_LABELS);
  const marks = drawn.flatMap((profile, index) => {
    const ink: Ink = { ramp: drawn.length > 1 ? index / (drawn.length - 1) : 1 };
    return profileMarks(profile, ink, index % every === 0);
  });
  const constants = surfaces.surface?.parameters as unknown as ChinchillaConstants | undefined;
  const minima = drawn.flatMap(({ minimum }) => (minimum ? [{ x: minimum.params, y: minimum.loss }] : []));
  const path =
    constants &&
    geometric(drawn[0]?.flops ?? 1, drawn.at(-1)?.flops ?? 1, STEPS).map((flops): Point => {
      const { params, loss } = surfaceOptimum(constants, flops, cost);
      return { x: params, y: loss };
    });
  return {
    id: 'isoflop-profiles',
    title: 'IsoFLOP profiles',
    caption:
      'Loss over model size at equal compute, the parabola through each budget and its minimum (cross); dashed: the best sizes by the fitted surface.',
    x: { label: 'parameters', scale: 'log' },
    y: { label: 'loss', scale: 'linear' },
    marks: [
      ...marks,
      ...(path ? [{ kind: 'line', points: path, ink: 'prediction', dashed: true } as const] : []),
      { kind: 'dots', points: minima, ink: 'actual', symbol: 'cross' },
    ],
  };
}

/** The parabola through a profile, where it has one. */
export function parabolaMarks({ parabola, points }: Profile, ink: Ink): Mark[] {
  if (!parabola) return [];
  const [c0, c1, c2] = parabola.coefficients;
  const curve = geometric(points[0].params, points.at(-1)!.params, STEPS).map((x): Point => {
    const u = log(x / parabola.centre);
    return { x, y: c0 + c1 * u + c2 * u * u };
  });
  return [{ kind: 'line', points: curve, ink }];
}

function profileMarks(profile: Profile, ink: Ink, isLabelled: boolean): Mark[] {
  const { flops, points } = profile;
  const dots = points.map(({ params, loss }): Point => ({ x: params, y: loss }));
  return [
    ...parabolaMarks(profile, ink),
    { kind: 'dots', points: dots, ink },
    ...(isLabelled ? [{ kind: 'label', ...dots.at(-1)!, text: short(flops), ink, side: 'right' } as const] : []),
  ];
}

const INKS: Readonly<Record<Optima['approaches'][number]['id'], Ink>> = {
  envelope: 'muted',
  parabola: 'actual',
  surface: 'prediction',
  projection: 'text',
};

/** Best size over compute: the minima, each approach's line to the target, and its interval there. */
export function optimaFigure({ profiles, approaches, flops }: Optima): Figure {
  const low = Math.min(...profiles.map((profile) => profile.flops));
  const answered = approaches.flatMap(({ id, answer }) => (answer ? [{ id, answer }] : []));
  const lines = answered.flatMap(({ id, answer }, index): Mark[] => {
    const at = (x: number): Point => ({ x, y: answer.params.value * (x / flops) ** answer.exponents.params.value });
    const { interval } = answer.params;
    // The intervals stand side by side at the target.
    const x = flops * 1.25 ** (index + 1);
    return [
      { kind: 'line', points: [at(low), at(flops)], ink: INKS[id], dashed: id === 'projection' },
      ...(interval ? [{ kind: 'interval', x, low: interval.low, high: interval.high, ink: INKS[id] } as const] : []),
    ];
  });
  const minima = profiles.flatMap((profile) =>
    profile.minimum ? [{ x: profile.flops, y: profile.minimum.params }] : [],
  );
  return {
    id: 'optima',
    title: 'Best size over compute',
    caption:
      'Crosses: minima of the parabolas. Lines to the target: envelope (grey), parabolas (orange), surface (blue), least squares (dark, dashed); bars: 95 % intervals there.',
    x: { label: 'training compute (FLOPs)', scale: 'log' },
    y: { label: 'best size (parameters)', scale: 'log' },
    marks: [...lines, { kind: 'dots', points: minima, ink: 'actual', symbol: 'cross' }],
  };
}
