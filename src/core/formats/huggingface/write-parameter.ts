import { IsoflopError } from '../../terms/errors.ts';
import type { ConfigDocument } from './open-config.ts';

export interface KeyEdit {
  readonly key: string;
  readonly value: unknown;
}

/** What to set in a `config.json` for a parameter of the family. Throws `invalid-input` where the model type has no key for it. */
export function writeParameter({ adapter, reader }: ConfigDocument, path: string, value: unknown): KeyEdit[] {
  const alike = ({ key }: KeyEdit): KeyEdit[] =>
    (adapter.alike?.[key] ?? [])
      .filter((other) => reader.optionalInt(other) === reader.optionalInt(key))
      .map((other) => ({ key: other, value }));
  const entry = adapter.entry?.(path);
  if (entry) return [{ key: entry.key, value: reader.ints(entry.key).with(entry.index, value as number) }];
  const keys = adapter.keys[path] ?? [];
  if (keys.length === 0) {
    throw new IsoflopError('invalid-input', `a config.json of '${adapter.modelType}' has no key for '${path}'`, {
      path,
      hint: `It has keys for ${Object.keys(adapter.keys)
        .filter((known) => adapter.keys[known].length > 0)
        .join(', ')}.`,
    });
  }
  const edits = keys.map((key) => ({ key: reader.keyOf(key), value })).flatMap((edit) => [edit, ...alike(edit)]);
  return path === 'depth' ? [...edits, ...perLayerEdits({ adapter, reader }, value as number)] : edits;
}

/** Lists with one entry a layer at another depth. */
function perLayerEdits({ adapter, reader }: Pick<ConfigDocument, 'adapter' | 'reader'>, depth: number): KeyEdit[] {
  return (adapter.perLayer ?? [])
    .map((key) => ({ key, list: reader.list(key) }))
    .filter(({ list }) => list.length > 0)
    .map(({ key, list }) => ({ key, value: resized(list, depth) }));
}

/** A repeating list goes on as it repeats; another is stretched, each entry standing for its share of the depth. */
function resized<T>(list: readonly T[], depth: number): T[] {
  const period = list.findIndex(
    (_, p) => p > 0 && p <= list.length / 2 && list.every((value, i) => value === list[i % p]),
  );
  return Array.from({ length: depth }, (_, layer) =>
    period > 0 ? list[layer % period] : list[Math.floor((layer * list.length) / depth)],
  );
}

/** The parameter of a family at a path. */
export function parameterAt(parameters: Readonly<Record<string, unknown>>, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], parameters);
}
