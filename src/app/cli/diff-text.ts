import type { LayerDiff, ModelDiff, TotalDiff } from '../../core/analysis/index.ts';
import { counted } from '../../core/terms/names.ts';
import { significant, table } from './format.ts';
import { byteUnits, countUnits, grouped } from './units.ts';
import { wrap } from './wrap.ts';

const TITLES: Readonly<Record<TotalDiff['what'], string>> = {
  parameters: 'parameters',
  macs: 'MACs forward',
  trainingMacs: 'MACs in training',
  activations: 'activations (elements)',
  trainingBytes: 'training memory',
  inferenceBytes: 'prediction memory',
};
const SIGNS: Readonly<Record<LayerDiff['status'], string>> = { same: '=', changed: '~', added: '+', removed: '-' };
/** Letters of a value in a line of changes: attributes of many operators run long. */
const LONGEST_VALUE = 60;

/** What `isoflop diff` prints; layers that are alike are counted, not listed. */
export function diffText({ a, b, totals, layers }: ModelDiff): string {
  const of = (status: LayerDiff['status']): number => layers.filter((layer) => layer.status === status).length;
  const shown = layers.filter(({ status }) => status !== 'same');
  return [
    ...wrap(`${a.model.name} (${a.model.origin}) and ${b.model.name} (${b.model.origin})`),
    '',
    table(['', a.model.name, b.model.name, 'ratio'], totals.map(totalRow)),
    '',
    `${counted(of('same'), 'layer')} alike, ${of('changed')} changed, ${of('added')} added, ${of('removed')} removed`,
    ...(shown.length > 0 ? ['', ...shown.flatMap(layerLines)] : []),
  ].join('\n');
}

function totalRow({ what, values: [from, to], ratio }: TotalDiff): string[] {
  const text = what.endsWith('Bytes') ? byteUnits : grouped;
  return [TITLES[what], text(from), text(to), ratio === null ? '-' : significant(ratio, 4)];
}

function layerLines({ status, name, otherName, type, parameters, macs, changes }: LayerDiff): string[] {
  const called = otherName === undefined ? name : `${name} -> ${otherName}`;
  const costs = [pairText(parameters, 'parameters'), pairText(macs, 'MACs')].filter((text) => text !== '');
  const head = `${SIGNS[status]} ${called}${type === '' ? '' : ` (${type})`}${costs.length > 0 ? `: ${costs.join(', ')}` : ''}`;
  return [
    ...wrap(head, '      '),
    ...changes.flatMap(({ what, from, to }) => wrap(`    ${what}: ${short(from)} -> ${short(to)}`, '      ')),
  ];
}

const short = (value: string): string =>
  value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}…` : value;

function pairText([from, to]: readonly [number, number], unit: string): string {
  if (from === 0 && to === 0) return '';
  return `${from === to ? countUnits(to) : `${countUnits(from)} -> ${countUnits(to)}`} ${unit}`;
}
