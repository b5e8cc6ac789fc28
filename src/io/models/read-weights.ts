import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ShardedIndex } from '../../core/formats/safetensors/sharded-index.ts';
import type { StoredTensor } from '../../core/formats/safetensors/header.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { readModelFile } from './read-file.ts';

/**
 * The tensors of a safetensors file, or of all files that an index names beside itself: headers alone are read. Throws `missing` where a
 * shard is not there, `invalid-input` where the file holds no weights or a shard lacks a tensor that the index puts into it.
 */
export async function readWeights(path: string): Promise<readonly StoredTensor[]> {
  const document = await readModelFile(path);
  if (document.format === 'safetensors') return document.tensors;
  if (document.format === 'safetensors-index') return readShards(document, path);
  throw new IsoflopError(
    'invalid-input',
    `weights are read from safetensors; this is a document of ${document.format}`,
    {
      path: basename(path),
      hint: 'Give model.safetensors, or the model.safetensors.index.json beside its shards.',
    },
  );
}

async function readShards({ files }: ShardedIndex, index: string): Promise<StoredTensor[]> {
  const tensors: StoredTensor[] = [];
  for (const [file, names] of Map.groupBy(files.keys(), (name) => files.get(name)!)) {
    const held = await readShard(join(dirname(index), file), file);
    const found = new Set(held.map(({ name }) => name));
    const lost = names.find((name) => !found.has(name));
    if (lost !== undefined)
      throw new IsoflopError(
        'invalid-input',
        `the index puts the tensor '${lost.slice(0, 100)}' into it, and it has none`,
        {
          path: file,
        },
      );
    tensors.push(...held);
  }
  return tensors;
}

async function readShard(path: string, file: string): Promise<readonly StoredTensor[]> {
  if (!existsSync(path))
    throw new IsoflopError('missing', `the shard '${file}' is not beside its index`, {
      hint: 'All shards must be there; of each the header alone is read.',
    });
  const document = await readModelFile(path);
  if (document.format === 'safetensors') return document.tensors;
  throw new IsoflopError('invalid-input', 'a shard is a safetensors file, and this is none', { path: file });
}
