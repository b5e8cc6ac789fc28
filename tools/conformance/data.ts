import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Public data beside the checkout; their README names source and licence of each. */
const FOLDER = join(import.meta.dirname, '../../../shared/data');

export const dataFile = (name: string): string => join(FOLDER, name);

/** Why a section that needs these files is skipped, or undefined where all are there. */
export function missing(...names: readonly string[]): string | undefined {
  const absent = names.filter((name) => !existsSync(dataFile(name)));
  return absent.length === 0 ? undefined : `the data are not on this machine: ${absent.join(', ')}`;
}
