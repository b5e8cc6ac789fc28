import type { Command } from 'commander';
import { CATALOGUE, SCHEDULE_LAWS } from '../../../core/laws/index.ts';
import type { Law, ScheduleLaw } from '../../../core/laws/index.ts';
import { scientific } from '../format.ts';
import { lawByIdOrFile } from '../law-choice.ts';
import { wrap } from '../wrap.ts';

/** `isoflop laws` */
export function register(program: Command): void {
  program
    .command('laws')
    .description('List the laws that isoflop knows, or show one.')
    .argument('[law]', 'a law by its id, or a YAML file of your own')
    .option('--json', 'print as JSON (isoflop.laws/1)')
    .addHelpText('after', '\nExample:\n  isoflop laws chinchilla')
    .action((id: string | undefined, { json = false }: { json?: boolean }) => {
      const shown = id === undefined ? ALL : (SCHEDULE_LAWS.find((law) => law.id === id) ?? lawByIdOrFile(id));
      if (json) console.log(JSON.stringify({ schema: 'isoflop.laws/1', laws: [shown].flat() }, null, 2));
      else console.log(Array.isArray(shown) ? listText() : lawText(shown as Law | ScheduleLaw));
    });
}

/** Laws of rows, then those of whole curves. */
const ALL: readonly (Law | ScheduleLaw)[] = [...CATALOGUE, ...SCHEDULE_LAWS];

const ID_WIDTH = Math.max(...ALL.map(({ id }) => id.length));

/** By the columns that they need, so that a table of runs finds its laws. */
const listText = (): string =>
  [
    ...[...Map.groupBy(ALL, ({ response, variables }) => `${response} by ${variables.join(', ')}`)].flatMap(
      ([columns, laws]) => [columns, ...laws.map(({ id, title }) => `  ${id.padEnd(ID_WIDTH)}  ${title}`)],
    ),
    '',
    'Laws by the learning rate of every step are fitted with: isoflop curves fit',
    'One law in full: isoflop laws chinchilla',
    'A law of your own: isoflop fit runs.csv --formula "loss = ..."',
  ].join('\n');

/** Beyond this a bound is none. */
const HUGE = 1e299;

const short = (value: number): string =>
  value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3) ? scientific(value, 0) : String(value);

function rangeText({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  if (lower < -HUGE && upper > HUGE) return 'any number';
  if (upper > HUGE) return `${short(lower)} or more`;
  return `${short(lower)} to ${short(upper)}`;
}

const parameterLines = ({
  name,
  meaning,
  unit,
  ...range
}: Law['parameters'][number] | ScheduleLaw['parameters'][number]): string[] => [
  `  ${name.padEnd(8)} ${unit === '1' ? 'a pure number' : `in ${unit}`}, ${rangeText(range)}`,
  ...wrap(`           ${meaning}`, '           '),
];

function lawText(law: Law | ScheduleLaw): string {
  const published = (law.published ?? []).flatMap(({ source, conventions, values }) => [
    ...wrap(`  ${source}`, '    '),
    ...countsLines(conventions),
    ...wrap(
      `    ${Object.entries(values)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
      '    ',
    ),
  ]);
  return [
    `${law.title} (${law.id})`,
    ...wrap(`  ${law.response} = ${law.formula}`, '    '),
    ...wrap(`  ${law.source}`),
    '',
    'Parameters',
    ...law.parameters.flatMap(parameterLines),
    ...(published.length > 0 ? ['', 'Published', ...published] : []),
    ...(law.caution ? ['', ...wrap(`Beware: ${law.caution}`)] : []),
  ].join('\n');
}

function countsLines(conventions: Readonly<Partial<Record<string, string>>>): string[] {
  const counts = Object.entries(conventions).map(([what, how]) => `${what} ${how}`);
  return counts.length > 0 ? wrap(`    counted as ${counts.join(', ')}`, '      ') : [];
}
