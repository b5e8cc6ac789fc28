import { METRICS } from '../../core/scaling/target/goal.ts';
import type { Goal, Metric, Target } from '../../core/scaling/target/goal.ts';
import type { TargetResult } from '../../core/scaling/target/scale-to-target.ts';
import { significant, table } from './format.ts';
import { writtenLines } from './model-file.ts';
import { byteUnits, countUnits, secondUnits } from './units.ts';
import { wrap } from './wrap.ts';

/** A metric's value with its unit. */
export function metricText(metric: Metric, value: number): string {
  switch (METRICS[metric]) {
    case 'bytes':
      return byteUnits(value);
    case 'seconds':
      return secondUnits(value);
    case 'count':
      return countUnits(value);
  }
}

function targetText({ metric, relation, value, tolerance }: Target): string {
  const within = relation === '=' ? ` +- ${significant(100 * tolerance, 3)} %` : '';
  return `${metric} ${relation} ${metricText(metric, value)}${within}`;
}

export function goalText({ targets, optimize }: Goal): string {
  const wish = optimize ? [`${optimize.direction} ${optimize.metric}`] : [];
  return [...targets.map(targetText), ...wish].join(', ');
}

/** What was searched, the answer, and its runners-up, within 80 columns. */
export function targetResultText(parent: string, result: TargetResult, out: string | undefined): string {
  const { choices, before, evaluated, points, isProved, goal } = result;
  if (choices.length === 0) return refusalText(parent, result);
  const metrics = Object.keys(choices[0].metrics).slice(0, 5) as Metric[];
  const axes = Object.keys(choices[0].factors) as (keyof (typeof choices)[0]['factors'])[];
  const rows = choices.map(({ factors, metrics: found }, index) => [
    index === 0 ? 'best' : `${index + 1}`,
    ...axes.map((axis) => significant(factors[axis] ?? 1, 3)),
    ...metrics.map((metric) => metricText(metric, found[metric]!)),
  ]);
  const now = ['now', ...axes.map(() => '1'), ...metrics.map((metric) => metricText(metric, before[metric]!))];
  return [
    ...wrap(`${parent}, scaled to ${goalText(goal)}`),
    '',
    table(['', ...axes, ...metrics], [now, ...rows]),
    ...wrap('depth, width and resolution: factors of the present size.'),
    ...settingLines(result),
    '',
    ...wrap(
      isProved
        ? `${evaluated} of ${points} sizes were built; bounds prove that no other one is better.`
        : `All of ${evaluated} sizes were built: a cost fell as a size rose, so that bounds prove nothing.`,
    ),
    ...writtenLines(choices[0].variant.model, out),
  ].join('\n');
}

/** The family's parameters of the answer. */
function settingLines({ choices }: TargetResult): string[] {
  const settings = choices[0].variant.edits.flatMap((edit) =>
    edit.kind === 'parameter' ? [`${edit.path} ${String(edit.value)}`] : [],
  );
  return settings.length === 0 ? [] : ['', ...wrap(`Settings: ${settings.join(', ')}`)];
}

/** Which target cannot be met, and what the sizes reach. */
function refusalText(parent: string, { goal, range }: TargetResult): string {
  const reach = goal.targets.map((target) => {
    const [least, most] = [range.smallest[target.metric]!, range.largest[target.metric]!];
    const [from, to] = [metricText(target.metric, least), metricText(target.metric, most)];
    return `  ${targetText(target)}: ${from === to ? `the nearest size has ${from}` : `sizes near it reach ${from} to ${to}`}`;
  });
  return [
    ...wrap(`No size of ${parent} fulfils ${goalText(goal)}`),
    ...reach.flatMap((line) => wrap(line, '    ')),
  ].join('\n');
}
