import { selectRows } from '../../observations/select-rows.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { detectFlattening, detectSteepening } from './bend.ts';
import { detectConventions } from './conventions.ts';
import { detectDiverged, progressOf } from './diverged.ts';
import { copiesIn, detectDuplicates } from './duplicates.ts';
import { ruled } from './finding.ts';
import type { DetectorId, Finding } from './finding.ts';
import { detectFloor } from './floor.ts';
import { detectSchedules, detectShallow } from './group-shift.ts';
import { influenceByRun } from '../uncertainty/influence.ts';
import type { RunInfluence } from '../uncertainty/influence.ts';
import { bestRates, detectLearningRate } from './learning-rate.ts';
import { detectFlat, detectLevels } from './levels.ts';
import { nextDoubling } from './next-doubling.ts';
import type { NextDoubling } from './next-doubling.ts';
import { cleanShapes } from './null-law.ts';
import { searchOutliers } from './outliers.ts';
import { detectPeak } from './peak.ts';
import { detectRise } from './rise.ts';
import { chooseVariables, scalingTable } from './scaling-table.ts';
import type { ScalingTable } from './scaling-table.ts';
import { detectUnfinished } from './unfinished.ts';
import { verdictOn } from './verdict.ts';
import type { Shapes, Verdict } from './verdict.ts';

export interface DiagnoseOptions {
  /** The variable to judge over; default: parameters and tokens where their effects come apart, else the first scale that varies. */
  readonly over?: string;
  /** Size of the vocabulary: a loss above its logarithm is worse than guessing. */
  readonly vocabulary?: number;
  /** The learning-rate schedule of each row, by name. */
  readonly schedules?: readonly string[];
}

/** What the detectors say, and what follows. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly variables: readonly string[];
  /** The rows that the shape was judged on, as places in the table that was given. */
  readonly judged: readonly number[];
  /** The law that describes them, where one does. */
  readonly fit?: Fit;
  readonly table?: ScalingTable;
}

/** Does it scale? Document `isoflop.diagnosis/1`. */
export interface Diagnosis extends Omit<Judgement, 'table'> {
  readonly schema: 'isoflop.diagnosis/1';
  /** What twice the scale buys; null where no law can be carried on. */
  readonly nextDoubling: NextDoubling | null;
  /** The runs that move the law's forecast at ten times the scale most, of those that were judged. */
  readonly influence: readonly RunInfluence[];
}

/** Judges a table, with a forecast of the next doubling where there is a law. Throws where no scale or no loss is there. */
export function diagnose(data: Observations, options: DiagnoseOptions = {}): Diagnosis {
  const { table, ...judgement } = judge(data, options);
  const { verdict, fit } = judgement;
  return {
    schema: 'isoflop.diagnosis/1',
    ...judgement,
    nextDoubling: verdict.scales && fit && table ? nextDoubling(table, fit) : null,
    influence: fit && table ? influenceByRun(fit, table.data).slice(0, MOST_INFLUENTIAL) : [],
  };
}

/** Runs every detector: rules on the rows first, then the shape of what remains. */
export function judge(data: Observations, options: DiagnoseOptions = {}): Judgement {
  if (!data.columns.loss)
    throw new IsoflopError('missing', "a diagnosis needs the column 'loss'", {
      hint: 'Name it with --map loss=COLUMN.',
    });
  const rules = [
    detectDiverged(data, options.vocabulary),
    detectUnfinished(data),
    detectDuplicates(data),
    detectConventions(data),
  ].filter((finding) => finding !== undefined);
  const sound = soundRows(data, rules);
  const judgedData = selectRows(data, sound);
  const rate = detectLearningRate(judgedData);
  const tuned = bestRates(judgedData);
  const variables = chooseVariables(selectRows(judgedData, tuned), options.over);
  const table = scalingTable(
    selectRows(judgedData, tuned),
    tuned.map((row) => sound[row]),
    variables,
  );
  const levels = detectLevels(table);
  const before = [...rules, ...(rate ? [{ ...rate, rows: rate.rows.map((row) => sound[row]) }] : []), levels];
  if (levels.verdict !== 'fine')
    return { verdict: verdictOn(before, undefined, variables), findings: before, variables, judged: table.places };
  return judgeShape(table, before, options);
}

/** Rows that no rule speaks against; of a run with several rows the last, where there are enough runs. */
function soundRows(data: Observations, rules: readonly Finding[]): number[] {
  const bad = new Set(copiesIn(data));
  for (const { id, verdict, rows } of rules)
    if (verdict === 'alarm' && (id === 'diverged' || id === 'unfinished')) for (const row of rows) bad.add(row);
  const { columns } = data;
  const scales = Object.entries(columns).filter(([name]) =>
    ['flops', 'tokens', 'samples', 'params', 'steps'].includes(name),
  );
  const kept = Array.from({ length: data.rows }, (_, row) => row).filter(
    (row) => !bad.has(row) && scales.every(([, column]) => column[row] > 0 && Number.isFinite(column[row])),
  );
  const runs = [...Map.groupBy(kept, (row) => data.runs[row]).values()];
  if (runs.length < FEWEST_RUNS || runs.length === kept.length) return kept;
  return runs
    .map((rows) => rows.reduce((last, row) => (progressOf(data, row) >= progressOf(data, last) ? row : last)))
    .sort((a, b) => a - b);
}

const MOST_INFLUENTIAL = 5;
/** Fewer runs than this are learning curves, and their checkpoints are judged instead. */
const FEWEST_RUNS = 4;

/** What bends in a loss that is not seen to fall cannot be told. */
const unseenIn = (id: DetectorId): Finding =>
  ruled(id, 'cannot-tell', 'The loss is not seen to fall, so that nothing can be said about how.');

function judgeShape(table: ScalingTable, before: readonly Finding[], options: DiagnoseOptions): Judgement {
  const { finding: outliers, rest, nulls } = searchOutliers(table);
  const flat = detectFlat(rest);
  const falls = flat.verdict === 'fine';
  const floor = falls ? detectFloor(rest, nulls) : unseenIn('floor');
  const clean = cleanShapes(rest, nulls, floor.pValue ?? 1);
  const flattening = falls ? detectFlattening(rest, nulls, clean) : { finding: unseenIn('flattening') };
  const hasFloor = floor.verdict === 'alarm';
  const shapes: Shapes = {
    flat,
    rise: detectRise(rest, flattening),
    ...(rest.variables.length === 1 ? { peak: detectPeak(rest, nulls, clean) } : {}),
    steepening: falls ? detectSteepening(rest, nulls, clean, hasFloor) : { finding: unseenIn('steepening') },
    flattening,
    floor,
  };
  const groups = [
    detectShallow(rest, nulls.floored, clean),
    detectSchedules(rest, nulls.floored, clean, options.schedules),
  ].filter((finding) => finding !== undefined);
  const ownPlaces = (finding: Finding, of: ScalingTable): Finding => ({
    ...finding,
    rows: finding.rows.map((row) => of.places[row]),
  });
  const findings = [
    ...before,
    ownPlaces(outliers, table),
    ...[
      shapes.flat,
      shapes.floor,
      shapes.steepening.finding,
      shapes.flattening.finding,
      shapes.rise.finding,
      ...(shapes.peak ? [shapes.peak.finding] : []),
      ...groups,
    ].map((finding) => ownPlaces(finding, rest)),
  ];
  const verdict = verdictOn(findings, shapes, table.variables);
  const law = floor.verdict === 'fine' && table.variables.length === 1 ? nulls.plain : nulls.floored;
  return { verdict, findings, variables: table.variables, judged: rest.places, fit: law.fit, table: rest };
}
