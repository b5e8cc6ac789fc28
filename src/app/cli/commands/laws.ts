import type { Command } from 'commander';
import { CATALOGUE } from '../../../core/laws/index.ts';
import type { Law } from '../../../core/laws/index.ts';
import { table } from '../format.ts';
import { lawByIdOrFile } from '../law-choice.ts';

/** `isoflop laws` */
export function register(program: Command): void {
  program
    .command('laws')
    .description('List the laws that isoflop knows, or show one.')
    .argument('[law]', 'a law by its id, or a YAML file of your own')
    .option('--json', 'print as JSON')
    .action((id: string | undefined, { json = false }: { json?: boolean }) => {
      const shown = id === undefined ? CATALOGUE : lawByIdOrFile(id);
      if (json) console.log(JSON.stringify(shown, null, 2));
      else console.log(Array.isArray(shown) ? listText() : lawText(shown as Law));
    });
}

const listText = (): string =>
  [
    table(
      ['law', 'what it is', 'of'],
      CATALOGUE.map(({ id, title, response, variables }) => [id, title, `${response} by ${variables.join(', ')}`]),
    ),
    '',
    'One law in full: isoflop laws chinchilla. A law of your own: isoflop fit --formula "loss = ..."',
  ].join('\n');

function lawText(law: Law): string {
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
