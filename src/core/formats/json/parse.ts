import { DEEPEST_JSON, MOST_JSON_BYTES, MOST_JSON_VALUES } from '../limits.ts';
import { refusal } from '../refusal.ts';
import type { IsoflopError } from '../../terms/errors.ts';
import { JsonCursor } from './cursor.ts';

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Parses JSON from a stranger: size, depth and number of values are checked before any value is made. Of two equal keys
 * the last counts, as in Python. A key such as `__proto__` is a key like any other; the cursor sees own keys only.
 */
export function parseJson(text: string): JsonCursor {
  if (text.length > MOST_JSON_BYTES)
    throw refusal(`the JSON text has ${text.length} characters; at most ${MOST_JSON_BYTES} are read`);
  const clean = text.startsWith('\uFEFF') ? text.slice(1) : text;
  scan(clean);
  try {
    return new JsonCursor(JSON.parse(clean), '');
  } catch (cause) {
    throw syntaxFault(clean, cause as Error);
  }
}

/** Parses bytes as JSON in UTF-8. */
export function parseJsonBytes(bytes: Uint8Array): JsonCursor {
  if (bytes.length > MOST_JSON_BYTES)
    throw refusal(`the JSON text has ${bytes.length} bytes; at most ${MOST_JSON_BYTES} are read`);
  return parseJson(decodeText(bytes));
}

/** Bytes as text in UTF-8; refuses others. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refusal('the text is not UTF-8', { hint: 'Is the file complete, and is it the right one?', cause });
  }
}

/** Looks at brackets, commas and words outside of strings; leaves the grammar to the parser. */
function scan(text: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        values++;
        if (++depth > DEEPEST_JSON) throw faultAt(text, at, `more than ${DEEPEST_JSON} brackets inside one another`);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x2c: // ,
        if (++values > MOST_JSON_VALUES) throw faultAt(text, at, `more than ${MOST_JSON_VALUES} values`);
        break;
      case 0x4e: // N
      case 0x49: // I
        throw faultAt(
          text,
          at,
          `JSON has no ${wordAt(text, at)}`,
          'Python writes it for a number that is not finite: write null or a finite number.',
        );
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return at;
}

const wordAt = (text: string, at: number): string => /^[A-Za-z]{1,20}/.exec(text.slice(at, at + 20))![0];

function syntaxFault(text: string, cause: Error): IsoflopError {
  const place = /position (\d+)/.exec(cause.message)?.[1];
  const words = cause.message.replace(
    /,? ?(?:in JSON at position.*|\.\.\..*is not valid JSON|".*is not valid JSON)/s,
    '',
  );
  const at = place === undefined ? text.length : Number(place);
  return faultAt(text, at, `not valid JSON: ${words}`, 'Is the file complete?');
}

/** So much text around a fault is kept for the mark under it. */
const EXCERPT_CHARACTERS = 100;

function faultAt(text: string, at: number, message: string, hint?: string): IsoflopError {
  const from = Math.max(0, at - EXCERPT_CHARACTERS);
  return refusal(message, {
    path: `character ${at}`,
    excerpt: { text: text.slice(from, at + EXCERPT_CHARACTERS), position: at - from },
    ...(hint === undefined ? {} : { hint }),
  });
}
