import { fitLaw, lawById } from '../src/core/laws/index.ts';
import type { Fit, Objective, Observations } from '../src/core/laws/index.ts';
import { forecast, parameterIntervals } from '../src/core/laws/uncertainty/delta.ts';
import { levelInterval } from '../src/core/laws/uncertainty/profile-level.ts';
import { likelihoodOf, wideningOf } from '../src/core/laws/uncertainty/likelihood.ts';
import type { Likelihood } from '../src/core/laws/uncertainty/likelihood.ts';
import { newRowEnd, profileEnd } from '../src/core/laws/uncertainty/profile.ts';
import { Squares } from '../src/core/laws/uncertainty/squares.ts';
import { blocksOf } from '../src/core/laws/uncertainty/noise.ts';
import { Problem } from '../src/core/laws/fit/problem.ts';
import { minimize } from '../src/core/laws/fit/minimize.ts';
import { lossTarget, parameterTarget } from '../src/core/laws/uncertainty/targets.ts';
import { studentQuantile } from '../src/core/math/distributions.ts';
import { dot, multiply, pseudoInverse } from '../src/core/math/linear.ts';
import { Random } from '../src/core/math/random.ts';

const LAW = lawById('chinchilla');
const NAMES = ['E', 'A', 'B', 'alpha', 'beta'];
type Kind = 'plain' | 'errors' | 'evaluations' | 'seeds' | 't3';
interface Design { sizes: number; budgets: number; kind: Kind; corner?: boolean }

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next();
const levels = (low: number, high: number, n: number): number[] => Array.from({ length: n }, (_, k) => low * (high / low) ** (k / (n - 1)));

const t3 = (random: Random): number => {
  const chi = random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2;
  return random.normal() / Math.sqrt(chi);  // sd 1
};

export function study(design: Design, random: Random) {
  const N = levels(1e7, 1e9, design.sizes);
  const D = levels(1e9, 1e11, design.budgets);
  const alpha = design.corner ? 0.1 : between(random, 0.1, 0.5);
  const beta = design.corner ? between(random, 0.1, 0.5) : between(random, 0.1, 0.5);
  const nearZero = random.next() < 0.25;
  const E = design.corner || nearZero ? 0.001 * 50 ** random.next() : between(random, 0.05, 2);
  const A = between(random, 0.2, 1.5) * 1e8 ** alpha;
  const B = between(random, 0.2, 1.5) * 1e10 ** beta;
  const truth = (n: number, d: number): number => E + A / n ** alpha + B / d ** beta;
  const rows: { run: string; params: number; tokens: number; loss: number; lossError: number; v: number }[] = [];
  let id = 0;
  const one = (n: number, d: number): void => {
    const run = `${id++}`;
    const l = truth(n, d);
    if (design.kind === 'errors') {
      const s = 0.003 * (0.02 / 0.003) ** random.next();
      const loss = l * Math.exp(0.007 * random.normal() + s * random.normal());
      rows.push({ run, params: n, tokens: d, loss, lossError: s * loss, v: 0.007 ** 2 + s * s });
    } else if (design.kind === 'evaluations') {
      const u = 0.01 * random.normal();
      for (let e = 0; e < 3; e++) rows.push({ run, params: n, tokens: d, loss: l * Math.exp(u + 0.01 * random.normal()), lossError: 0, v: 0 });
    } else {
      const z = design.kind === 't3' ? t3(random) : random.normal();
      rows.push({ run, params: n, tokens: d, loss: l * Math.exp(0.01 * z), lossError: 0, v: 1e-4 });
    }
  };
  for (const n of N) for (const d of D) for (let s = 0; s < (design.kind === 'seeds' ? 2 : 1); s++) one(n, d);
  const at = { params: 1e9 * Math.sqrt(10), tokens: 1e11 * Math.sqrt(10) };
  const z = design.kind === 't3' ? t3(random) : random.normal();
  const sdNew = design.kind === 'errors' ? Math.hypot(0.007, 0.0078) : design.kind === 'evaluations' ? Math.hypot(0.01, 0.01) : 0.01;
  const actual = Math.log(truth(at.params, at.tokens)) + sdNew * z;
  const columns: Record<string, Float64Array> = Object.fromEntries((['params', 'tokens', 'loss', 'lossError'] as const).map((name) => [name, Float64Array.from(rows, (row) => row[name])]));
  if (design.kind !== 'errors') delete columns.lossError;
  const data: Observations = { rows: rows.length, columns, runs: rows.map(({ run }) => run), conventions: {}, exclusions: [] };
  return { data, at, actual, curve: Math.log(truth(at.params, at.tokens)), truth: { E, A, B, alpha, beta } as Record<string, number>, variances: Float64Array.from(rows, ({ v }) => v), sdNew };
}

const LEVEL = 0.95;
const score = (low: number, high: number, y: number): number => high - low + (2 / (1 - LEVEL)) * Math.max(0, low - y, y - high);

function reference(fit: Fit, s: ReturnType<typeof study>, design: Design): [number, number] {
  const problem = new Problem(LAW, s.data, { kind: 'least-squares', residual: 'log' });
  const raw = NAMES.map((n) => fit.parameters[n]);
  const theta0 = problem.coordinates.clamp(problem.coordinates.toTheta(raw));
  const blocks = blocksOf(s.data.runs);
  const noise = design.kind === 'evaluations' ? { run: 1, evaluation: s.variances.map(() => 1) } : { run: 0, evaluation: s.variances.map((v) => v / s.variances[0]) };
  const squares = new Squares(problem, s.data.columns.loss.map(Math.log), noise, blocks);
  const min = minimize(squares, theta0);
  const bound = min.theta.map((v, i) => v <= problem.coordinates.lower[i] + (i < 3 ? 7 : 1e-9) || v >= problem.coordinates.upper[i] - 1e-9);
  const { normal } = squares.evaluate(min.theta);
  const { inverse } = pseudoInverse(normal.map((row, i) => row.map((e, j) => (bound[i] || bound[j] ? 0 : e / 2))));
  const free = bound.filter((b) => !b).length;
  const scale = min.value / (s.data.rows - free);
  const target = lossTarget(LAW, problem.coordinates, true, s.at).at(min.theta);
  const ratio = design.kind === 'evaluations' ? 2 : s.sdNew ** 2 / s.variances[0];
  const half = studentQuantile(0.975, blocks.length - free) * Math.sqrt(scale * (dot(target.gradient, multiply(inverse, [...target.gradient])) + ratio));
  return [target.value - half, target.value + half];
}

type Result = { inside: boolean; score: number; params: boolean[]; curve: boolean };

function methods(fit: Fit, s: ReturnType<typeof study>): Record<string, () => Result> {
  const likelihood = (): Likelihood => likelihoodOf(fit, s.data);
  return {
    delta: () => {
      const f = forecast(fit, s.data, s.at, [LEVEL]);
      const [lo, hi] = [Math.log(f.newRun[0].low), Math.log(f.newRun[0].high)];
      const p = parameterIntervals(fit, s.data);
      return { inside: s.actual > lo && s.actual < hi, score: score(lo, hi, s.actual), params: NAMES.map((n) => p[n] && p[n].low <= s.truth[n] && p[n].high >= s.truth[n]), curve: f.curve[0].low < Math.exp(s.curve) && f.curve[0].high > Math.exp(s.curve) };
    },
    profile: () => {
      const l = likelihood();
      const df = l.degreesOfFreedom;
      const limitsOf = (t: { at: (x: readonly number[]) => { gradient: readonly number[] } }) => ({ t: studentQuantile(0.975, df), variance: l.scale * wideningOf(l, t.at(l.theta).gradient) });
      const isLog = fit.objectiveKind.residual === 'log';
      const c = l.squares.coordinates;
      const target = lossTarget(LAW, c, isLog, s.at);
      const noise = l.newRun.run + (s.data.columns.lossError ? 0.0078 ** 2 : l.newRun.evaluation);
      const [lo, hi] = ([-1, 1] as const).map((sign) => newRowEnd(l, target, sign, limitsOf(target), noise));
      const [cl, ch] = ([-1, 1] as const).map((sign) => profileEnd(l, target, sign, limitsOf(target)));
      const params = NAMES.map((n, i) => {
        const t = parameterTarget(LAW, c, i);
        if (n === 'E') { const { low, high } = levelInterval(l, i, LEVEL, l.free[i] ? wideningOf(l, t.at(l.theta).gradient) : 1); return low <= s.truth[n] && high >= s.truth[n]; }
        const [low, high] = ([-1, 1] as const).map((sign) => t.toRaw(profileEnd(l, t, sign, limitsOf(t))));
        return low <= s.truth[n] && high >= s.truth[n];
      });
      return { inside: s.actual > lo && s.actual < hi, score: score(lo, hi, s.actual), params, curve: cl < s.curve && ch > s.curve };
    },
  };
}

if (import.meta.main) {
  const [count, objectiveName, only] = [Number(process.argv[2] ?? 100), process.argv[3] ?? 'ls', process.argv[4]];
  const objective: Objective = objectiveName === 'ls' ? { kind: 'least-squares', residual: 'log' } : { kind: 'huber', residual: 'log' };
  const designs: Design[] = [];
  for (const [sizes, budgets] of [[3, 3], [5, 5], [10, 6]]) for (const kind of ['errors', 'evaluations', 'seeds', 't3'] as const) designs.push({ sizes, budgets, kind });
  designs.push({ sizes: 3, budgets: 3, kind: 'plain', corner: true }, { sizes: 5, budgets: 5, kind: 'plain', corner: true });
  for (const d of designs.filter((d) => !only || `${d.sizes}${d.kind}${d.corner ? 'corner' : ''}`.match(only))) {
    const acc: Record<string, Result[]> = {};
    let refScore = 0, refInside = 0, bound = 0; const times: Record<string, number> = { fit: 0 };
    for (let i = 0; i < count; i++) {
      const s = study(d, new Random(11, i));
      let t = performance.now();
      const fit = fitLaw(LAW, s.data, { objective });
      times.fit += performance.now() - t;
      if (fit.diagnostics.boundsHit.length) bound++;
      const [lo, hi] = reference(fit, s, d);
      refScore += score(lo, hi, s.actual) / count; refInside += s.actual > lo && s.actual < hi ? 1 / count : 0;
      for (const [name, run] of Object.entries(methods(fit, s))) { t = performance.now(); try { (acc[name] ??= []).push(run()); } catch (e) { console.log(i, name, e); } times[name] = (times[name] ?? 0) + performance.now() - t; }
    }
    console.log(`\n${d.sizes}x${d.budgets} ${d.kind}${d.corner ? ' corner' : ''}  reference ${refInside.toFixed(3)} bound ${(bound / count).toFixed(2)}`, Object.entries(times).map(([k, v]) => `${k} ${(v / count).toFixed(1)}ms`).join(' '));
    for (const [name, list] of Object.entries(acc)) {
      const share = (of: (r: Result) => boolean): string => (list.filter(of).length / list.length).toFixed(3);
      console.log(`  ${name.padEnd(8)} new ${share((r) => r.inside)} score ${(list.reduce((a, r) => a + r.score, 0) / list.length / refScore).toFixed(3)} curve ${share((r) => r.curve)} params ${NAMES.map((n, i) => `${n} ${share((r) => r.params[i])}`).join(' ')}`);
    }
  }
}
