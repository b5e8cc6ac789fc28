/**
 * How well `isoflop select` extrapolates real learning curves: RMSLE of the held-out part, each curve weighing the same, beside the last value
 * carried forward and every law by itself. Run as `node tools/select-curves.ts SET...`, SET being benchmark, colpret, lcdb or routing; prints Markdown.
 */
import { clusteredBootstrap, clusterOf, geometricMean, mean } from '../test/support/curve-scores.ts';
import { loadCurves } from '../test/support/curves.ts';
import type { CurveSet } from '../test/support/curves.ts';
import { scoreCurve } from '../test/support/select-curve.ts';
import type { ScoredCurve } from '../test/support/select-curve.ts';

/** Errors below a hundredth of a percent are none. */
const NONE = 1e-4;

/** Curves that the benchmark has too are no evidence of their own. */
const isOwn = ({ set, domain }: { set: CurveSet; domain: string }): boolean => set !== 'colpret' || domain !== 'lambda';

const errorOf = ({ errors }: ScoredCurve, method: string): number =>
  Math.max(NONE, errors[method] ?? errors['last value']);
const ratioOf = (one: ScoredCurve, method: string): number => errorOf(one, method) / errorOf(one, 'last value');

function row(scored: readonly ScoredCurve[], method: string): string {
  const clusters = scored.map(({ curve }) => clusterOf(curve));
  const ratios = scored.map((one) => ratioOf(one, method));
  const { estimate, low, high } = clusteredBootstrap(ratios, clusters, geometricMean);
  const wins = ratios.filter((ratio) => ratio < 1).length;
  const cells = [
    mean(scored.map((one) => errorOf(one, method))).toFixed(4),
    estimate.toFixed(3),
    `${low.toFixed(3)} to ${high.toFixed(3)}`,
  ];
  return `| ${method} | ${cells.join(' | ')} | ${wins} of ${scored.length} |`;
}

function table(title: string, scored: readonly ScoredCurve[]): string {
  const methods = [...new Set(scored.flatMap(({ errors }) => Object.keys(errors)))].filter(
    (one) => one !== 'last value' && one !== 'selected',
  );
  const geometric = (method: string): number => geometricMean(scored.map((one) => ratioOf(one, method)));
  const laws = methods.toSorted((a, b) => geometric(a) - geometric(b));
  const clusters = new Set(scored.map(({ curve }) => clusterOf(curve))).size;
  return [
    `**${title}**: ${scored.length} curves, ${clusters} clusters; selected over the best single law (${laws[0]}) ${(geometric('selected') / geometric(laws[0])).toFixed(3)}`,
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

for (const set of process.argv.slice(2) as CurveSet[]) {
  const curves = loadCurves(set).filter(isOwn);
  const scored = curves.flatMap((curve, index) => {
    process.stderr.write(`\r${set}: ${index + 1} of ${curves.length}`);
    const one = scoreCurve(curve);
    return Number.isFinite(one.errors['last value']) ? [one] : [];
  });
  process.stderr.write('\n');
  console.log(`### ${set}\n`);
  if (scored.length < curves.length)
    console.log(
      `${curves.length - scored.length} curves without an RMSLE: a held-out value, or the last one, is not above 0.\n`,
    );
  const parts = Map.groupBy(scored, ({ curve }) => (set === 'lcdb' ? `table ${curve.dataset}` : curve.domain));
  for (const [domain, part] of parts) console.log(table(domain, part));
  if (parts.size > 1) console.log(table('all', scored));
}
