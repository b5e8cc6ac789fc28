import { Document, isMap, visit } from 'yaml';
import { table } from './format.ts';
import { inputText } from './preset-facts.ts';
import type { PresetFacts } from './preset-facts.ts';
import { countUnits } from './units.ts';
import { wrap } from './wrap.ts';

/** Members of each group with their sources. */
export function presetListText(presets: readonly PresetFacts[]): string {
  const groups = [...Map.groupBy(presets, ({ group }) => group)];
  return [
    ...groups.flatMap(([group, members]) => [...groupLines(group, members), '']),
    'MACs: multiply-accumulates of one forward pass; FLOPs are twice as many.',
    'One preset in full: isoflop presets efficientnet-b0',
  ].join('\n');
}

function groupLines(group: string, members: readonly PresetFacts[]): string[] {
  const rows = members.map((preset) => [
    `  ${preset.name}`,
    countUnits(preset.params),
    countUnits(preset.macs),
    inputText(preset),
  ]);
  const sources = [...new Set(members.map(({ source }) => source))];
  return [
    group,
    ...sources.flatMap((source) => wrap(`  ${source}`, '    ')),
    ...table(['', 'params', 'MACs', 'input'], rows).split('\n'),
  ];
}

/** One preset: exact counts, source, note, and its parameters as the YAML that isoflop reads. */
export function presetText(preset: PresetFacts): string {
  const { name, group, params, macs, source, note, spec } = preset;
  return [
    `${name} (${group})`,
    `  ${params.toLocaleString('en')} parameters`,
    `  ${macs.toLocaleString('en')} MACs at ${inputText(preset)}`,
    ...wrap(`  ${source}`, '    '),
    ...(note ? ['', ...wrap(note, '')] : []),
    '',
    specText(spec),
  ].join('\n');
}

/** As YAML; what stands in a list stays on its line where it fits. */
function specText(spec: PresetFacts['spec']): string {
  const document = new Document(spec, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_key, { items }) => {
      for (const item of items) if (isMap(item)) item.flow = JSON.stringify(item).length < LONGEST_ITEM;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).trimEnd();
}

/** JSON of this length is YAML of fewer than 80 columns: it has two quotes a key more. */
const LONGEST_ITEM = 90;
