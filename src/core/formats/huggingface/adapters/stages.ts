import type { ConfigReader } from '../config-reader.ts';
import { labelsOf, taskOf } from '../heads.ts';

/** Sizes and depths of the stages; the lists must be of one length. */
export function stagesOf(config: ConfigReader): { readonly width: number; readonly depth: number }[] {
  const [widths, depths] = [config.ints('hidden_sizes'), config.ints('depths')];
  const wanted = config.optionalInt('num_stages') ?? widths.length;
  if (widths.length !== wanted || depths.length !== wanted)
    throw config.unlike('depths', `one number a stage: ${wanted}, with as many hidden_sizes (${widths.length})`);
  return widths.map((width, index) => ({ width, depth: depths[index] }));
}

/** A number of pixels; two equal ones count as one. */
export function side(config: ConfigReader, key: string): number {
  const value = config.value(key);
  if (!Array.isArray(value)) return config.int(key);
  const [height, width] = config.ints(key);
  if (value.length !== 2 || height !== width) throw config.unlike(key, 'a number of pixels of a square');
  return height;
}

/** Classes of a classifier, 0 where the model ends in its features; without an architecture a classifier is assumed. */
export function classesOf(config: ConfigReader): number {
  const { architecture = 'ForImageClassification' } = config;
  const task = taskOf(architecture);
  if (task === 'ForImageClassification') return labelsOf(config);
  if (task === 'Model') return 0;
  throw config.refusal(
    'architectures',
    `no head is known for '${architecture}'`,
    'Take the class that ends in ForImageClassification or Model.',
  );
}

const PLACE = /^stages\[(\d+)\]\.(width|depth)$/;

/** `stages[2].depth` stands in `depths`, `stages[2].width` in `hidden_sizes`. */
export function stageEntry(path: string): { readonly key: string; readonly index: number } | undefined {
  const match = PLACE.exec(path);
  return match ? { key: match[2] === 'depth' ? 'depths' : 'hidden_sizes', index: Number(match[1]) } : undefined;
}

/** A name of ours by the first pattern that fits, whose groups are stage and block, counted from 1, and the rest; transformers counts from 0. */
export type Renaming = readonly (readonly [
  pattern: RegExp,
  theirs: (stage: number, rest: string, block: number) => string,
])[];

export function renamed(name: string, renaming: Renaming, prefix: string): string {
  for (const [pattern, theirs] of renaming) {
    const groups = pattern.exec(name)?.groups;
    if (groups) return prefix + theirs(Number(groups.stage ?? 1) - 1, groups.rest, Number(groups.block ?? 1) - 1);
  }
  return name;
}

/** The model stands inside the classifier under its type; alone it has no prefix. */
export const prefixOf = (config: ConfigReader, modelType: string): string =>
  classesOf(config) === 0 ? '' : `${modelType}.`;
