import { diffBlocks, withoutBlock } from '../../core/analysis/index.ts';
import type { BlockDiff, LayerDiff, ModelDiff, TotalDiff } from '../../core/analysis/index.ts';
import { counted } from '../../core/terms/names.ts';
import { shortened, significant, table } from './format.ts';
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
/** Of the lines of a sentence after the first. */
const HANGING = ' '.repeat(6);
/** Letters of a value in a line of changes: attributes of many operators run long. */
const LONGEST_VALUE = 60;
/** Letters of a model's name over its column: two of them and the titles stand within 80 columns. */
const LONGEST_NAME = 18;

/** What `isoflop diff` prints: layers that are alike are counted, not listed; by blocks, those that differ alike stand in one line. */
export function diffText({ a, b, totals, layers }: ModelDiff, by: 'layer' | 'block'): string {
  const of = (status: LayerDiff['status']): number => layers.filter((layer) => layer.status === status).length;
  const lines =
    by === 'block'
      ? diffBlocks(layers).flatMap(blockLines)
      : layers.filter(({ status }) => status !== 'same').flatMap((layer) => layerLines(layer, layer.name));
  const names = [a.model.name, b.model.name].map((name) => shortened(name, LONGEST_NAME));
  return [
    ...wrap(`${a.model.name} (${a.model.origin}) and ${b.model.name} (${b.model.origin})`),
    '',
    table(['', ...names, 'ratio'], totals.map(totalRow)),
    '',
    `${counted(of('same'), 'layer')} alike, ${of('changed')} changed, ${of('added')} added, ${of('removed')} removed`,
    ...(lines.length > 0 ? ['', ...lines] : []),
  ].join('\n');
}

function totalRow({ what, values: [from, to], ratio }: TotalDiff): string[] {
  const text = what.endsWith('Bytes') ? byteUnits : countText;
  return [TITLES[what], text(from), text(to), ratio === null ? '-' : significant(ratio, 4)];
}

/** Counts of which two stand beside each other within 80 columns in full; larger ones are shortened. */
const countText = (value: number): string => (value < 1e14 ? grouped(value) : countUnits(value));

/** A block that came or went is one line; of one that changed, its layers follow. */
function blockLines(block: BlockDiff): string[] {
  const { name, first, repeats, layers, own, status } = block;
  if (repeats === 1 && layers.length === 1) return layerLines(layers[0], layers[0].name);
  const blocks = repeats === 1 ? '' : `${repeats} blocks of `;
  const head = `${SIGNS[status]} ${name} (${blocks}${counted(layers.length, 'layer')})`;
  if (status !== 'changed') return wrap(head + costText(summed(layers, repeats)), HANGING);
  const passive = layers.filter((layer) => !own.includes(layer));
  if (own.length === 0) return wrap(head + passiveText(passive, repeats), HANGING);
  const margin = repeats === 1 ? '' : '  ';
  const more = `${margin}~ ${repeats === 1 ? `${name}: ` : ''}${passive.length} more`;
  return [
    ...(repeats === 1 ? [] : wrap(`~ ${name} (${repeats} x), each:`, HANGING)),
    ...own.flatMap((layer) => layerLines(layer, repeats === 1 ? layer.name : withoutBlock(layer.name, first), margin)),
    ...(passive.length === 0 ? [] : wrap(more + passiveText(passive, 1), HANGING)),
  ];
}

/** Layers that only pass another shape on. */
function passiveText(layers: readonly LayerDiff[], repeats: number): string {
  const { from, to } = layers.at(-1)!.changes[0];
  return `${costText(summed(layers, repeats))}, output ${from} -> ${to}`;
}

type Costs = Pick<LayerDiff, 'parameters' | 'macs' | 'status'>;

function summed(layers: readonly LayerDiff[], repeats: number): Costs {
  const sum = (of: (layer: LayerDiff) => readonly [number, number]): readonly [number, number] => [
    repeats * layers.reduce((total, layer) => total + of(layer)[0], 0),
    repeats * layers.reduce((total, layer) => total + of(layer)[1], 0),
  ];
  return { status: layers[0].status, parameters: sum((layer) => layer.parameters), macs: sum((layer) => layer.macs) };
}

function layerLines(layer: LayerDiff, name: string, margin = ''): string[] {
  const { status, otherName, type, changes } = layer;
  const called = otherName === undefined || name !== layer.name ? name : `${name} -> ${otherName}`;
  const head = `${margin}${SIGNS[status]} ${called}${type === '' ? '' : ` (${type})`}${costText(layer)}`;
  return [
    ...wrap(head, HANGING),
    ...changes.flatMap(({ what, from, to }) =>
      wrap(`${margin}    ${what}: ${shortened(from, LONGEST_VALUE)} -> ${shortened(to, LONGEST_VALUE)}`, HANGING),
    ),
  ];
}

/** What a layer costs in both models, or in the one that has it. */
function costText({ parameters, macs, status }: Costs): string {
  const costs = [pairText(parameters, 'parameters', status), pairText(macs, 'MACs', status)].filter(
    (one) => one !== '',
  );
  return costs.length > 0 ? `: ${costs.join(', ')}` : '';
}

/** Counts that are short in full. */
const exactly = (value: number): string => (value < 100_000 ? grouped(value) : countUnits(value));

function pairText([from, to]: readonly [number, number], unit: string, status: LayerDiff['status']): string {
  if (from === 0 && to === 0) return '';
  const isOne = from === to || status === 'added' || status === 'removed';
  return `${isOne ? exactly(Math.max(from, to)) : `${exactly(from)} -> ${exactly(to)}`} ${unit}`;
}
