import { lawOf } from '../../core/laws/law-document.ts';
import { lawSchema } from '../../core/schema/law.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { Law } from '../../core/terms/law.ts';
import { parseChecked, readDocument } from '../files/yaml.ts';

const WORDS = { whole: 'the law', help: 'docs/laws/own-laws.md explains every key.' };

/** Reads a law from a YAML or JSON file; errors carry file:line:column. */
export const readLaw = (path: string): Law => parseLawText(readDocument(path, WORDS), path);

/** A law from YAML text; `name` is the file's name in error messages. */
export function parseLawText(text: string, name: string): Law {
  const { value, placeOf } = parseChecked(lawSchema, text, name, WORDS);
  try {
    return lawOf(value);
  } catch (cause) {
    if (!(cause instanceof IsoflopError)) throw cause;
    const { code, message, hint, excerpt, path = 'formula' } = cause;
    throw new IsoflopError(code, message, {
      path: placeOf(path.split('.'), excerpt?.position),
      ...(hint === undefined ? {} : { hint }),
      ...(excerpt === undefined ? {} : { excerpt }),
      cause,
    });
  }
}
