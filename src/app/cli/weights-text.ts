import type { Confirmation, Difference } from '../../core/formats/safetensors/confirm.ts';
import { printable } from '../../core/terms/readable.ts';
import { shortened, table } from './format.ts';
import { grouped } from './units.ts';
import { wrap } from './wrap.ts';

/** So many tensors are printed of each kind of difference. */
const SHOWN = 12;
/** Beside three columns of numbers and a word. */
const NAME_WIDTH = 40;

/** Whether stored weights are those of the model, and which tensors differ; within 80 columns. */
export function weightsText(file: string, found: Confirmation): string {
  return ['', ...wrap(verdict(file, found)), ...differenceLines(found), ...asideLines(found)].join('\n');
}

function verdict(file: string, { confirmed, params, stored }: Confirmation): string {
  const counts = `${grouped(stored)} parameters`;
  if (confirmed) return `${file} confirms the count: it holds ${counts}, tensor by tensor those of the model.`;
  if (stored === params)
    return `${file} does not confirm the count: it holds as many parameters as the model, ${counts}, in other tensors.`;
  return `${file} does not confirm the count: it holds ${counts}, the model has ${grouped(params)}.`;
}

function differenceLines({ missing, extra, different }: Confirmation): string[] {
  const kinds = { different, missing, extra };
  const rows = Object.entries(kinds).flatMap(([kind, list]) => list.slice(0, SHOWN).map((one) => row(kind, one)));
  if (rows.length === 0) return [];
  const hidden = Object.values(kinds).reduce((sum, list) => sum + Math.max(0, list.length - SHOWN), 0);
  return [
    '',
    table(['tensor', 'the file', 'model', 'file'], rows),
    ...(hidden > 0 ? [`and ${hidden} more: --json lists all`] : []),
  ];
}

const nameText = (name: string): string => shortened(printable(name), NAME_WIDTH);

const WORDS: Readonly<Record<string, string>> = { different: 'differs', missing: 'lacks it', extra: 'has it alone' };

const row = (kind: string, { name, wanted, stored }: Difference): string[] => [
  nameText(name),
  WORDS[kind],
  wanted === 0 ? '-' : grouped(wanted),
  stored === 0 ? '-' : grouped(stored),
];

function asideLines({ aside }: Confirmation): string[] {
  if (aside.length === 0) return [];
  const names = aside.slice(0, 3).map(nameText).join(', ');
  const more = aside.length > 3 ? ` and ${aside.length - 3} more` : '';
  return wrap(`No parameters, and not counted: ${names}${more}.`);
}
