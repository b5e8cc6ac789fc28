/**
 * Coverage of the four approaches' 95 % intervals on simulated IsoFLOP campaigns: `node tools/simulate-isoflop.ts [studies]` prints, for
 * each surface and grid, how often the interval holds the true exponent and the true best size at ten times the dearest budget, and
 * the median factor between the ends of the size's interval.
 */
import { compareApproaches } from '../src/core/laws/isoflop/optima.ts';
import type { Approach } from '../src/core/laws/isoflop/approach.ts';
import { surfaceExponents, surfaceOptimum } from '../src/core/laws/isoflop/surface-optimum.ts';
import type { ChinchillaConstants } from '../src/core/laws/isoflop/surface-optimum.ts';
import { percentile } from '../src/core/math/percentiles.ts';
import { Random } from '../src/core/math/random.ts';
import { table } from '../src/app/cli/format.ts';
import { campaign } from '../test/support/campaign.ts';

const BUDGETS = [1e18, 3e18, 1e19, 3e19, 1e20, 3e20];
const TARGET = 10 * BUDGETS.at(-1)!;

interface Design {
  readonly name: string;
  readonly surface: ChinchillaConstants;
  readonly width: number;
  readonly sizes: number;
  readonly noise: number;
}

const CHINCHILLA = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const DESIGNS: readonly Design[] = [
  {
    name: 'alpha = beta, 4x, 7 sizes',
    surface: { ...CHINCHILLA, A: 400, B: 400, alpha: 0.31, beta: 0.31 },
    width: 4,
    sizes: 7,
    noise: 0.004,
  },
  { name: 'Chinchilla, 4x, 7 sizes', surface: CHINCHILLA, width: 4, sizes: 7, noise: 0.004 },
  { name: 'Chinchilla, 16x, 11 sizes', surface: CHINCHILLA, width: 16, sizes: 11, noise: 0.004 },
  { name: 'Chinchilla, 4x, 7 sizes, noise x4', surface: CHINCHILLA, width: 4, sizes: 7, noise: 0.016 },
];

interface Tally {
  answers: number;
  exponent: number;
  size: number;
  readonly factors: number[];
}

function simulate({ surface, width, sizes, noise }: Design, studies: number): Map<Approach['id'], Tally> {
  const tallies = new Map<Approach['id'], Tally>();
  const truth = { size: surfaceOptimum(surface, TARGET).params, exponent: surfaceExponents(surface).params };
  for (let study = 0; study < studies; study++) {
    const random = new Random(17, study);
    const data = campaign(surface, { budgets: BUDGETS, sizes, width, noise: () => noise * random.normal() });
    for (const { id, answer } of compareApproaches(data, TARGET, { seed: study + 1 }).approaches) {
      const tally = tallies.get(id) ?? { answers: 0, exponent: 0, size: 0, factors: [] };
      tallies.set(id, tally);
      const [size, exponent] = [answer?.params.interval, answer?.exponents.params.interval];
      if (!size || !exponent) continue;
      tally.answers += 1;
      if (exponent.low <= truth.exponent && truth.exponent <= exponent.high) tally.exponent += 1;
      if (size.low <= truth.size && truth.size <= size.high) tally.size += 1;
      tally.factors.push(size.high / size.low);
    }
  }
  return tallies;
}

const studies = Number(process.argv[2] ?? 400);
for (const design of DESIGNS) {
  const rows = [...simulate(design, studies)].map(([id, { answers, exponent, size, factors }]) => [
    id,
    (answers / studies).toFixed(2),
    answers > 0 ? (exponent / answers).toFixed(3) : '-',
    answers > 0 ? (size / answers).toFixed(3) : '-',
    answers > 0 ? percentile(factors, 0.5).toPrecision(3) : '-',
  ]);
  console.log(`${design.name} (${studies} studies, noise ${design.noise})`);
  console.log(`${table(['approach', 'answers', 'a inside', 'size inside', 'ends apart'], rows)}\n`);
}
