import type { JsonCursor } from '../json/cursor.ts';
import { MOST_TENSORS } from '../limits.ts';

/** The `model.safetensors.index.json` of a model in several files. */
export interface ShardedIndex {
  /** Name of each tensor's file, beside the index. */
  readonly files: ReadonlyMap<string, string>;
  /** Bytes of all tensors, as the index claims. */
  readonly totalBytes: number | undefined;
}

/** Takes the JSON of an index. File names may not leave the index's folder. */
export function readShardedIndex(document: JsonCursor): ShardedIndex {
  const map = document.get('weight_map');
  const names = map.keys();
  if (names.length > MOST_TENSORS) throw map.refusal(`${names.length} tensors; at most ${MOST_TENSORS} are read`);
  const files = new Map(
    names.map((name) => {
      const file = map.get(name).string();
      if (!/^[\w][\w .+-]*$/.test(file)) throw map.get(name).unlike('the name of a file beside the index');
      return [name, file];
    }),
  );
  return { files, totalBytes: document.find('metadata')?.find('total_size')?.number({ min: 0 }) };
}
