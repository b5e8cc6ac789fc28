/**
 * How often `isoflop diagnose` is right, by simulation. Prints Markdown; see docs/laws/diagnosis.md.
 *   node tools/simulate-diagnosis.ts false-alarms [SETS]     alarms of every detector in clean data (default 2,000 sets)
 *   node tools/simulate-diagnosis.ts stated [DRAWS]          power at the stated effects (default 400 draws)
 *   node tools/simulate-diagnosis.ts power [DRAWS] [NAME]    power over effect, levels, range and noise (default 100 draws)
 *   node tools/simulate-diagnosis.ts figures [DRAWS]         docs/laws/diagnosis-power.png and diagnosis-floor.png, with their numbers
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from '../src/core/laws/diagnose/diagnose.ts';
import type { DetectorId } from '../src/core/laws/diagnose/finding.ts';
import { Random } from '../src/core/math/random.ts';
import type { Figure, Mark } from '../src/core/report/figure.ts';
import { LIGHT } from '../src/draw/palette.ts';
import { renderPng } from '../src/draw/png.ts';
import { renderSvg } from '../src/draw/svg.ts';
import { CASES, designsAround } from './diagnosis/cases.ts';
import type { Design, PowerCase } from './diagnosis/cases.ts';
import { cleanCurve, cleanGrid } from './diagnosis/tables.ts';

const SEED = 6;

/** Clean data of four kinds, and what was said about them. */
export interface FalseAlarms {
  readonly kind: string;
  readonly sets: number;
  /** Share with any false alarm. */
  readonly any: number;
  /** Share with a false alarm of each detector that raised one. */
  readonly byDetector: Readonly<Partial<Record<DetectorId, number>>>;
  /** Share of each verdict. */
  readonly verdicts: Readonly<Record<string, number>>;
}

/** Each kind gets `sets` sets. A floor that is there is no false alarm. */
export function falseAlarms(sets: number): FalseAlarms[] {
  const kinds = [
    { kind: 'one variable, no floor', draw: cleanCurve, hasFloor: false },
    { kind: 'one variable, floor', draw: cleanCurve, hasFloor: true },
    { kind: 'Chinchilla, no floor', draw: cleanGrid, hasFloor: false },
    { kind: 'Chinchilla, floor', draw: cleanGrid, hasFloor: true },
  ];
  return kinds.map(({ kind, draw, hasFloor }, stream) => {
    const alarms: Partial<Record<DetectorId, number>> = {};
    const verdicts: Record<string, number> = {};
    let any = 0;
    for (let set = 0; set < sets; set++) {
      const { findings, verdict } = judge(draw(new Random(SEED, stream * 1e6 + set), hasFloor));
      const wrong = findings.filter((one) => one.verdict === 'alarm' && !(hasFloor && one.id === 'floor'));
      for (const { id } of wrong) alarms[id] = (alarms[id] ?? 0) + 1 / sets;
      if (wrong.length > 0) any += 1 / sets;
      verdicts[verdict.id] = (verdicts[verdict.id] ?? 0) + 1 / sets;
    }
    return { kind, sets, any, byDetector: alarms, verdicts };
  });
}

export interface Power {
  readonly alarm: number;
  readonly cannotTell: number;
}

/** Share of tables with this effect in which the case's detector alarms, and in which it says that it cannot tell. */
export function powerOf({ detector, draw, name }: PowerCase, design: Design, effect: number, draws: number): Power {
  const stream = CASES.findIndex((one) => one.name === name);
  let [alarm, cannotTell] = [0, 0];
  for (let index = 0; index < draws; index++) {
    const { data, options } = draw(new Random(SEED, 1e7 * (stream + 1) + index), design, effect);
    const finding = judge(data, options).findings.find(({ id }) => id === detector);
    if (finding?.verdict === 'alarm') alarm += 1 / draws;
    if (finding?.verdict === 'cannot-tell') cannotTell += 1 / draws;
  }
  return { alarm, cannotTell };
}

const share = (value: number): string => (value === 0 ? '0' : value.toFixed(3).replace(/^0/, ''));
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const header = (cells: readonly string[]): string => `${row(cells)}\n${row(cells.map(() => '---'))}`;
const list = (shares: Readonly<Record<string, number>>): string =>
  Object.entries(shares)
    .sort(([, a], [, b]) => b - a)
    .map(([name, value]) => `${name} ${share(value)}`)
    .join(', ');

function printFalseAlarms(sets: number): void {
  console.log(header(['clean data', 'sets', 'any false alarm', 'by detector', 'verdicts']));
  const all = falseAlarms(Math.round(sets / 4));
  for (const { kind, sets: own, any, byDetector, verdicts } of all)
    console.log(row([kind, String(own), share(any), list(byDetector), list(verdicts)]));
  const any = all.reduce((sum, one) => sum + one.any / all.length, 0);
  console.log(row(['together', String(4 * Math.round(sets / 4)), share(any), '', '']));
}

function printStated(draws: number): void {
  console.log(header(['detector', 'design', 'effect', 'power', 'cannot tell']));
  for (const one of CASES) {
    const { alarm, cannotTell } = powerOf(one, one.at, one.stated, draws);
    console.log(row([one.name, designsAround(one)[0].name, String(one.stated), share(alarm), share(cannotTell)]));
  }
}

function printPower(draws: number, wanted: string | undefined): void {
  for (const one of CASES.filter(({ name }) => wanted === undefined || name.startsWith(wanted))) {
    console.log(`\n**${one.name}**: alarms (cannot tell) by ${one.unit}\n`);
    console.log(header(['design', ...one.effects.map(String)]));
    for (const { name, design } of designsAround(one)) {
      const cells = one.effects.map((effect) => powerOf(one, design, effect, draws));
      console.log(row([name, ...cells.map(({ alarm, cannotTell }) => `${share(alarm)} (${share(cannotTell)})`)]));
    }
  }
}

function drawFigures(draws: number): void {
  const lines = CASES.map((one) => ({
    name: one.name.replace(/ \(.*\)/, ''),
    points: one.effects
      .filter((effect) => effect >= 0 && effect <= one.stated)
      .map((effect) => ({ x: effect / one.stated, y: powerOf(one, one.at, effect, draws).alarm })),
  }));
  write('diagnosis-power', 'effect, in units of the stated one', lines);
  const floor = CASES[0];
  const designs = designsAround(floor).map(({ name, design }) => ({
    name,
    points: floor.effects.map((effect) => ({ x: effect, y: powerOf(floor, design, effect, draws).alarm })),
  }));
  write('diagnosis-floor', 'floor, as a share of the last loss', designs);
}

type Line = { readonly name: string; readonly points: readonly { readonly x: number; readonly y: number }[] };

/** The power that is promised at the stated effect. */
const PROMISED = 0.95;
/** Rows of the figure that a curve takes, of which the first has no name, and the share of them that it fills. */
const ROWS = 2;
const FILLED = 0.8;

/** Where a rising line first passes a height; undefined where it never does. */
function passing(points: Line['points'], height: number): number | undefined {
  const after = points.findIndex(({ y }) => y >= height);
  if (after <= 0) return points[after]?.x;
  const [a, b] = [points[after - 1], points[after]];
  return a.x + ((b.x - a.x) * (height - a.y)) / (b.y - a.y);
}

/** A curve of power in a strip of its own, from none at its foot to all at its head, with where it passes what is promised. */
function stripOf({ points }: Line, index: number): Mark[] {
  const middle = 1 + ROWS * index;
  const foot = middle + (ROWS * FILLED) / 2;
  const at = (share: number): number => foot - ROWS * FILLED * share;
  const [left, right] = [points[0].x, points.at(-1)!.x];
  const across = (y: number): Line['points'] => [
    { x: left, y },
    { x: right, y },
  ];
  const curve = points.map(({ x, y }) => ({ x, y: at(y) }));
  const passes = passing(points, PROMISED);
  return [
    { kind: 'line', points: across(foot), ink: 'muted' },
    { kind: 'line', points: across(at(PROMISED)), ink: 'muted', dashed: true },
    { kind: 'band', points: curve.map(({ x, y }) => ({ x, low: foot, high: y })), ink: 'law' },
    { kind: 'line', points: curve, ink: 'law' },
    { kind: 'dots', points: curve, ink: 'law' },
    {
      kind: 'label',
      x: right,
      y: middle,
      text: passes === undefined ? 'beyond' : Number(passes.toPrecision(2)).toString(),
      ink: 'law',
      side: 'right',
    },
  ];
}

/** Draws curves of power into docs/laws and prints their numbers. */
export function write(id: string, x: string, lines: readonly Line[]): void {
  const figure: Figure = {
    id,
    title: id,
    caption: '',
    x: { label: x, scale: 'linear' },
    y: { label: '', scale: 'linear' },
    marks: lines.flatMap(stripOf),
    rows: [...lines.flatMap(({ name }) => ['', name]), ''],
  };
  const path = join(fileURLToPath(import.meta.url), `../../docs/laws/${id}.png`);
  writeFileSync(path, renderPng(renderSvg(figure, LIGHT)));
  console.log(`\n${path}`);
  for (const { name, points } of lines)
    console.log(row([name, ...points.map((point) => `${Number(point.x.toPrecision(3))}: ${share(point.y)}`)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [what, count, name] = process.argv.slice(2);
  if (what === 'false-alarms') printFalseAlarms(Number(count ?? 2000));
  else if (what === 'stated') printStated(Number(count ?? 400));
  else if (what === 'power') printPower(Number(count ?? 100), name);
  else if (what === 'figures') drawFigures(Number(count ?? 200));
  else throw new Error('one of false-alarms, stated, power, figures is wanted');
}
