import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { ROOT } from './study.ts';

/** The sets of real learning curves, with the folder or file each comes from. */
const PATHS = {
  benchmark: 'curves/benchmark.lang.csv',
  colpret: 'curves/colpret_subset.json',
  lcdb: 'lcdb/meta.json',
  routing: 'routing/curves.csv.gz',
} as const;

export type CurveSet = keyof typeof PATHS;

/** A learning curve that was measured: loss or error over samples, tokens or steps, in order of x, one value an x, x above 0. */
export interface RealCurve {
  readonly set: CurveSet;
  /** benchmark: NMT, LM, IC. colpret: family of models. lcdb: the learner. routing: kind of router. */
  readonly domain: string;
  /** What curves of one training setup share: leave out a whole model, never one curve. */
  readonly model: string;
  readonly dataset: string;
  readonly x: number[];
  readonly y: number[];
  /** Whether a point may be fitted; the others, all of larger x, are held out. */
  readonly isTraining: boolean[];
  /** Standard error of y where it was measured. */
  readonly error?: number[];
}

const DATA = join(ROOT, '../shared/data');
const pathOf = (file: string): string => join(DATA, file);

/** Whether the data of a set are on this machine; a user's clone has none of them. */
export const hasCurves = (set: CurveSet): boolean => existsSync(pathOf(PATHS[set]));
export const SKIPPED = 'skipped where ../shared/data is absent';

export function loadCurves(set: CurveSet): RealCurve[] {
  return LOADERS[set]();
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly isTraining?: boolean;
  readonly error?: number;
}

type Head = Pick<RealCurve, 'set' | 'domain' | 'model' | 'dataset'>;

/** Points in order; those at the same x become their mean; x at or below 0 (before training) and values that are no numbers go. */
function curveOf(
  head: Head,
  points: readonly Point[],
  isTraining: (x: number, xs: readonly number[]) => boolean,
): RealCurve {
  const usable = points.filter(({ x, y }) => x > 0 && Number.isFinite(y));
  const groups = [...Map.groupBy(usable, ({ x }) => x)].sort(([a], [b]) => a - b);
  const x = groups.map(([at]) => at);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const errors = groups.map(([, same]) => mean(same.map(({ error = NaN }) => error)));
  return {
    ...head,
    x,
    y: groups.map(([, same]) => mean(same.map(({ y }) => y))),
    isTraining: groups.map(([at, same]) => same[0].isTraining ?? isTraining(at, x)),
    ...(errors.every(Number.isFinite) && errors.length > 0 ? { error: errors } : {}),
  };
}

/** Points up to half of the largest x are fitted: the split of Alabdulmohsin et al. 2022. */
const firstHalf = (x: number, xs: readonly number[]): boolean => x <= xs.at(-1)! / 2;
const isComplete = ({ isTraining }: RealCurve): boolean => isTraining.includes(true) && isTraining.includes(false);

/** Alabdulmohsin et al. 2022: 5 curves of translation, 5 of language models (blocks that repeat count once), 36 of images; official split. */
function loadBenchmark(): RealCurve[] {
  const rows = ['lang', 'vision'].flatMap((name) =>
    parse<Record<string, string>>(readFileSync(pathOf(`curves/benchmark.${name}.csv`), 'utf8'), { columns: true }),
  );
  const groups = Map.groupBy(rows, (row) => [row.Domain, row.Task, row.Model].join('|'));
  return [...groups.values()].map((group) => {
    const [{ Domain: domain, Model: model, Task: dataset }] = group;
    const points = group.map((row) => ({
      x: Number(row['Seen Examples']),
      y: Number(row.Loss),
      isTraining: row.Training === '1',
    }));
    return curveOf({ set: 'benchmark', domain, model, dataset }, points, firstHalf);
  });
}

/** Names in colpret of curves that the benchmark has too: the same model. */
const SAME_MODEL: Readonly<Record<string, string>> = {
  'lambda-16.80M': '1.68e+07',
  'lambda-0.13B': '1.34e+08',
  'lambda-0.26B': '2.62e+08',
  'lambda-0.45B': '4.53e+08',
  'lambda-1.07B': '1.07e+09',
};

/** IBM/ColPret: 111 curves of language models over tokens, in several metrics; held out past half of the tokens. */
function loadColpret(): RealCurve[] {
  const curves = JSON.parse(readFileSync(pathOf(PATHS.colpret), 'utf8')) as Record<string, [number[], number[]]>;
  return Object.entries(curves)
    .map(([name, [tokens, losses]]) => {
      const [family, size = '', corpus = family] = name.split('-');
      const model = SAME_MODEL[name] ?? (size === '' ? family : `${family}-${size}`);
      const dataset = family === 'GPT2' ? corpus : family;
      const points = tokens.map((x, index) => ({ x, y: losses[index] }));
      return curveOf({ set: 'colpret', domain: family, model, dataset }, points, firstHalf);
    })
    .filter(isComplete);
}

const LCDB_TABLES = ['3', '6', '11', '12', '44'];
const HELD_OUT_ANCHORS = 2;
const TEST = 2;

/** LCDB 1.1: test error of 28 learners on 5 tables over sample size, with its standard error; the last two anchors held out. */
function loadLcdb(): RealCurve[] {
  const { learners, anchors } = JSON.parse(readFileSync(pathOf(PATHS.lcdb), 'utf8')) as {
    learners: string[];
    anchors: number[];
  };
  return LCDB_TABLES.flatMap((dataset) => {
    const table = JSON.parse(readFileSync(pathOf(`lcdb/${dataset}.json`), 'utf8')) as (number | null)[][][][];
    return table.map(([means, errors], learner) => {
      const points = anchors.map((x, at) => ({ x, y: means[at]?.[TEST] ?? NaN, error: errors[at]?.[TEST] ?? NaN }));
      const isTraining = (x: number, xs: readonly number[]): boolean => x < xs.at(-HELD_OUT_ANCHORS)!;
      const domain = learners[learner];
      return curveOf({ set: 'lcdb', domain, model: domain, dataset }, points, isTraining);
    });
  }).filter(isComplete);
}

/** Clark et al. 2022: validation loss of dense and routed language models over steps; held out past half of the steps. */
function loadRouting(): RealCurve[] {
  const text = gunzipSync(readFileSync(pathOf(PATHS.routing))).toString('utf8');
  const rows = parse<Record<string, string>>(text, { columns: true });
  return [...Map.groupBy(rows, (row) => row.hyper_id).values()]
    .map((group) => {
      const [{ router_type: domain, model_size_label: size }] = group;
      const points = group.map((row) => ({
        x: Number(row.step),
        y: row.loss_validation === '' ? NaN : Number(row.loss_validation),
      }));
      return curveOf({ set: 'routing', domain, model: `${domain} ${size}`, dataset: 'validation' }, points, firstHalf);
    })
    .filter(isComplete);
}

const LOADERS: Readonly<Record<CurveSet, () => RealCurve[]>> = {
  benchmark: loadBenchmark,
  colpret: loadColpret,
  lcdb: loadLcdb,
  routing: loadRouting,
};

/** The points of a curve that may be fitted, or those that are held out. */
export function partOf(
  curve: RealCurve,
  part: 'training' | 'held out',
): { x: number[]; y: number[]; error?: number[] } {
  const isWanted = (_: number, index: number): boolean => curve.isTraining[index] === (part === 'training');
  return {
    x: curve.x.filter(isWanted),
    y: curve.y.filter(isWanted),
    ...(curve.error ? { error: curve.error.filter(isWanted) } : {}),
  };
}
