import type { ImagesData } from '../../../core/schema/data.ts';
import type { ImageFiles, Images } from '../../../core/terms/dataset.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { counted, listed } from '../../../core/terms/names.ts';
import { Exclusions } from '../../../core/terms/exclusions.ts';
import { ImageCollector } from './collector.ts';
import type { Image } from './collector.ts';
import { imageDecoder } from './decode.ts';
import { CorruptImage } from './image-source.ts';
import type { ImageSource } from './image-source.ts';
import { imageSources } from './image-sources.ts';

/** Reads all images that `options` names into memory; relative paths start from `base`. */
export async function readImages(options: ImagesData, base: string): Promise<ImageFiles> {
  const decode = imageDecoder();
  const exclusions = new Exclusions();
  const sources = imageSources(options.train, 'train', options, base, decode);
  const tests = options.test === undefined ? [] : imageSources(options.test, 'test', options, base, decode);
  const classes = options.classes ?? namesOf(sources) ?? numberedClasses([...sources, ...tests]);
  const train = collect(sources, classes, options, exclusions);
  const test = options.test === undefined ? undefined : collect(tests, classes, options, exclusions, train);
  return { kind: 'images', classes, train, ...(test && { test }), excluded: exclusions.list() };
}

function namesOf(sources: readonly ImageSource[]): readonly string[] | undefined {
  const named = sources.flatMap(({ classes }) => (classes ? [classes] : []));
  return named.length === 0 ? undefined : [...new Set(named.flat())];
}

/** Classes without names are as many as the format says, or as the largest label asks for; no label in between may be missing. */
function numberedClasses(sources: readonly ImageSource[]): string[] {
  let largest = { label: -1, place: '' };
  const seen = new Set<number>();
  for (const source of sources) {
    for (let index = 0; index < source.count; index++) {
      const label = source.labelOf(index);
      if (source.labelCount !== undefined && label >= source.labelCount) continue;
      seen.add(label);
      if (label > largest.label) largest = { label, place: source.placeOf(index) };
    }
  }
  const stated = Math.max(...sources.map(({ labelCount = 0 }) => labelCount));
  const count = stated > 0 ? stated : largest.label + 1;
  if (stated === 0 && seen.size < count)
    throw new IsoflopError(
      'invalid-input',
      `a label is ${largest.label}, but only ${counted(seen.size, 'label')} from 0 to ${largest.label} occur`,
      { path: largest.place, hint: 'Mend the label, or name all classes in `classes`.' },
    );
  return Array.from({ length: count }, (_, label) => String(label));
}

function collect(
  sources: readonly ImageSource[],
  classes: readonly string[],
  options: ImagesData,
  exclusions: Exclusions,
  like?: Images,
): Images {
  const collector = new ImageCollector(options, exclusions, like);
  let left = sources.reduce((sum, { count }) => sum + count, 0);
  for (const source of sources) {
    const labels = labelMap(source, classes, options);
    for (let index = 0; index < source.count; index++, left--) {
      const place = source.placeOf(index);
      const label = usableLabel(source, index, labels, classes, options, exclusions);
      const image = label === undefined ? undefined : readOne(source, index, options, exclusions);
      if (image) collector.add(image, label!, place, left);
    }
  }
  const images = collector.finish();
  if (images.count > 0) return images;
  throw new IsoflopError('invalid-input', `the ${like ? 'held-out' : 'training'} part has no usable image`, {
    path: like ? 'data.test' : 'data.train',
    hint:
      exclusions
        .list()
        .map(({ reason, count }) => `${count} left out: ${reason}.`)
        .join(' ') || 'Name files that hold images.',
  });
}

/** From the source's own labels to those of the data set: by name where both have names. */
function labelMap({ classes: own }: ImageSource, classes: readonly string[], options: ImagesData): readonly number[] {
  if (!own || (options.classes && !own.some((name) => classes.includes(name)))) return classes.map((_, label) => label);
  return own.map((name) => classes.indexOf(name));
}

function usableLabel(
  source: ImageSource,
  index: number,
  labels: readonly number[],
  classes: readonly string[],
  { onBad }: ImagesData,
  exclusions: Exclusions,
): number | undefined {
  const label = source.labelOf(index);
  const known = labels[label];
  if (known !== undefined && known >= 0) return known;
  const name = source.classes?.[label];
  const place = source.placeOf(index);
  const hint = 'Mend the label, or leave such images out with `onBad: skip`.';
  if (name === undefined)
    exclusions.handle(onBad, {
      ...{
        reason: 'a label out of range',
        what: `the label is ${label}; labels are whole numbers from 0 to ${classes.length - 1}`,
      },
      ...{ place, hint },
    });
  else
    exclusions.handle(onBad, {
      ...{
        reason: 'a class that is not in the training part',
        what: `the class '${name}' is none of ${listed(classes)}`,
      },
      ...{ place, hint },
    });
  return undefined;
}

function readOne(source: ImageSource, index: number, { onBad }: ImagesData, exclusions: Exclusions): Image | undefined {
  try {
    return source.read(index);
  } catch (error) {
    if (!(error instanceof CorruptImage)) throw error;
    exclusions.handle(onBad, {
      reason: 'a corrupt image',
      what: `the image cannot be decoded: ${error.message}`,
      place: source.placeOf(index),
      hint: 'Fetch or write it again, or leave such images out with `onBad: skip`.',
    });
    return undefined;
  }
}
