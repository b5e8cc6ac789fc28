import type { Command } from 'commander';
import { CATALOGUE, lawById, SCHEDULE_LAWS } from '../../../core/laws/index.ts';
import type { Law, ScheduleLaw } from '../../../core/laws/index.ts';
import { table } from '../format.ts';

/** `isoflop laws` */
export function register(program: Command): void {
  program
    .command('laws')
    .description('List the laws that isoflop knows, or show one.')
    .argument('[id]')
    .option('--json', 'print as JSON')
    .action((id: string | undefined, { json = false }: { json?: boolean }) => {
      const shown = id === undefined ? ALL : (SCHEDULE_LAWS.find((law) => law.id === id) ?? lawById(id));
      if (json) console.log(JSON.stringify(shown, null, 2));
      else console.log(Array.isArray(shown) ? listText() : lawText(shown as Law | ScheduleLaw));
    });
}

/** Laws of rows, then those of whole curves. */
const ALL: readonly (Law | ScheduleLaw)[] = [...CATALOGUE, ...SCHEDULE_LAWS];

const listText = (): string =>
  [
    table(
      ['law', 'what it is', 'of'],
      ALL.map(({ id, title, response, variables }) => [id, title, `${response} by ${variables.join(', ')}`]),
    ),
    '',
    'Laws by the learning rate of every step are fitted with: isoflop curves fit',
    'One law in full: isoflop laws chinchilla. A law of your own: isoflop fit --formula "loss = ..."',
  ].join('\n');

function lawText(law: Law | ScheduleLaw): string {
  const published = (law.published ?? []).flatMap(({ source, conventions, values }) => [
    `  ${source}`,
    `    counts: ${Object.entries(conventions)
      .map(([what, how]) => `${what} ${how}`)
      .join(', ')}`,
    `    ${Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
  ]);
  return [
    `${law.title} (${law.id})`,
    `  ${law.response} = ${law.formula}`,
    `  ${law.source}`,
    '',
    table(
      ['parameter', 'meaning', 'unit'],
      law.parameters.map(({ name, meaning, unit }) => [name, meaning, unit]),
    ),
    ...(published.length > 0 ? ['', 'Published:', ...published] : []),
    ...(law.caution ? ['', `Beware: ${law.caution}`] : []),
  ].join('\n');
}
