import { IsoflopError } from '../../core/terms/errors.ts';

/** The one of `known` that an option names. */
export function oneOf<T extends string>(known: readonly T[], text: string, option: string): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new IsoflopError('invalid-input', `${option} knows no '${text}'`, { hint: `Known: ${known.join(', ')}.` });
}

/** Parses `a=b,c=d`; values may hold spaces, and commas and equals signs within double quotes. No name may come twice. */
export function parseMap(text: string): Record<string, string> {
  const parts = text.match(/(?:"[^"]*"|[^,"])+/g) ?? [];
  const entries = new Map<string, string>();
  for (const part of parts.filter((one) => one.trim() !== '')) {
    const at = part.indexOf('=');
    const [name, value] = [part.slice(0, at).trim(), unquoted(part.slice(at + 1).trim())];
    const fail = (why: string): never => {
      throw new IsoflopError('invalid-input', `'${part.trim()}' ${why}`, { hint: 'Such as "params=N,tokens=D".' });
    };
    if (at < 1 || name === '' || value === '') fail('is no name=value pair');
    if (entries.has(name)) fail(`names '${name}' a second time`);
    entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

const unquoted = (text: string): string => /^"([^"]*)"$/.exec(text)?.[1] ?? text;

export function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new IsoflopError('invalid-input', `${option} takes a whole number, got '${text}'`);
}

export function positive(text: string, option: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new IsoflopError('invalid-input', `${option} takes a number above 0, got '${text}'`);
}

/** Names between commas. */
export const namesIn = (text: string): string[] => text.split(',').map((name) => name.trim());

/** The point of --at, such as `params=7e9,tokens=1.4e12`, which must give a law's variables. */
export function parsePoint(text: string, variables: readonly string[]): Record<string, number> {
  const point = Object.fromEntries(
    Object.entries(parseMap(text)).map(([name, value]) => [name, positive(value, name)]),
  );
  const missing = variables.find((name) => point[name] === undefined);
  if (missing === undefined) return point;
  throw new IsoflopError('invalid-input', `the law needs '${missing}'`, {
    hint: `Give --at "${variables.map((name) => `${name}=...`).join(',')}".`,
  });
}
