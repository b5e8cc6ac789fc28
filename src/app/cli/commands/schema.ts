import type { Command } from 'commander';
import { DOCUMENTS, documentId, documentOf, publishedSchema } from '../../../core/schema/index.ts';
import { table } from '../format.ts';

/** `isoflop schema` */
export function register(program: Command): void {
  program
    .command('schema')
    .description('Print the JSON Schema of a format, or list the formats: what --json prints and what files hold.')
    .argument('[name]', 'a format such as analysis, or the command that prints it')
    .option('--json', 'print all of them as JSON (isoflop.schemas/1)')
    .addHelpText('after', '\nExample:\n  isoflop schema analysis > analysis.schema.json')
    .action((name: string | undefined, { json = false }: { json?: boolean }) => {
      if (name !== undefined) print(publishedSchema(documentOf(name)));
      else if (json) print({ schema: 'isoflop.schemas/1', schemas: listing() });
      else console.log(listText());
    });
}

const print = (document: unknown): void => console.log(JSON.stringify(document, null, 2));

const listing = (): object[] =>
  DOCUMENTS.map((document) => ({
    name: document.name,
    id: documentId(document),
    where: document.where,
    description: document.schema.description,
    jsonSchema: publishedSchema(document),
  }));

function listText(): string {
  const lines = table(
    ['name', 'document', 'printed by, or read by'],
    DOCUMENTS.map((document) => [document.name, documentId(document), document.where]),
  );
  return [lines, '', 'One as JSON Schema (draft 2020-12): isoflop schema analysis'].join('\n');
}
