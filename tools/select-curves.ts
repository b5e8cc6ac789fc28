/**
 * How well `isoflop select` extrapolates real learning curves: RMSLE of the held-out part, each curve weighing the same, beside the last value
 * carried forward and every law by itself. Run as `node tools/select-curves.ts SET...`, SET being benchmark, colpret, lcdb or routing, or `noise` for
 * how often a law is taken for curves that obey none; prints Markdown.
 */
import { clusterOf } from '../test/support/curve-scores.ts';
import { loadCurves } from '../test/support/curves.ts';
import type { CurveSet, RealCurve } from '../test/support/curves.ts';
import { NOISE_KINDS, shareOfLaws } from '../test/support/noise-curves.ts';
import { scoreCurve } from '../test/support/select-curve.ts';
import type { ScoredCurve } from '../test/support/select-curve.ts';
import { lawsByError, meanError, overBestLaw, ratioBounds, ratioOf } from '../test/support/selection-scores.ts';

/** Curves that the benchmark has too are no evidence of their own. */
const isOwn = ({ set, domain }: RealCurve): boolean => set !== 'colpret' || domain !== 'lambda';

const clustersOf = (scored: readonly ScoredCurve[]): number =>
  new Set(scored.map(({ curve }) => clusterOf(curve))).size;

function row(scored: readonly ScoredCurve[], method: string): string {
  const { estimate, low, high } = ratioBounds(scored, method);
  const wins = scored.filter((one) => ratioOf(one, method) < 1).length;
  const bounds = clustersOf(scored) > 1 ? `${low.toFixed(3)} to ${high.toFixed(3)}` : '-';
  return `| ${method} | ${meanError(scored, method).toFixed(4)} | ${estimate.toFixed(3)} | ${bounds} | ${wins} of ${scored.length} |`;
}

function table(title: string, scored: readonly ScoredCurve[]): string {
  const laws = lawsByError(scored);
  return [
    `**${title}**: ${scored.length} curves, ${clustersOf(scored)} clusters; selected over the best single law (${laws[0]}) ${overBestLaw(scored).toFixed(3)}`,
    '',
    '| | mean RMSLE | over last value | 95 % | better |',
    '|---|---|---|---|---|',
    ...['selected', 'last value', ...laws].map((method) => row(scored, method)),
    '',
    `Selected: ${countsOf(scored)}.`,
    '',
  ].join('\n');
}

function countsOf(scored: readonly ScoredCurve[]): string {
  const kinds = Map.groupBy(scored, ({ selection }) => {
    const chosen = selection?.candidates.find(({ name }) => name === selection.selected);
    return chosen?.kind ?? 'unusable';
  });
  return [...kinds].map(([kind, curves]) => `${kind} ${curves.length}`).join(', ');
}

function printSet(set: CurveSet): void {
  const curves = loadCurves(set).filter(isOwn);
  const scored = curves.flatMap((curve, index) => {
    process.stderr.write(`\r${set}: ${index + 1} of ${curves.length}`);
    const one = scoreCurve(curve);
    return Number.isFinite(one.errors['last value']) ? [one] : [];
  });
  process.stderr.write('\n');
  console.log(`### ${set}\n`);
  if (scored.length < curves.length)
    console.log(`${curves.length - scored.length} curves have no RMSLE: a value that it needs is not above 0.\n`);
  const parts = Map.groupBy(scored, ({ curve }) => (set === 'lcdb' ? `table ${curve.dataset}` : curve.domain));
  for (const [domain, part] of parts) console.log(table(domain, part));
  if (parts.size > 1) console.log(table('all', scored));
}

for (const set of process.argv.slice(2)) {
  if (set !== 'noise') printSet(set as CurveSet);
  else
    for (const kind of NOISE_KINDS)
      console.log(`${kind}: a law for ${(100 * shareOfLaws(kind, 100)).toFixed(1)} % of 100 curves`);
}
