import { basename, dirname, join } from 'node:path';
import type { ImagesData } from '../../../core/schema/data.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { absolutePaths, exists, isFolder, readData } from '../data-files.ts';
import { cifarSource, isCifar } from './cifar.ts';
import type { ImageDecoder } from './decode.ts';
import { folderSource } from './image-folder.ts';
import type { ImageSource } from './image-source.ts';
import { idxSource, isIdx, readIdx } from './idx.ts';
import type { IdxArray } from './idx.ts';
import { isZip, npzSource } from './npz.ts';

type NamedIdx = IdxArray & { path: string };

/** What the files of one part hold; the bytes tell the format of each. IDX labels follow their images in order. */
export function imageSources(
  paths: string | readonly string[],
  part: 'train' | 'test',
  options: ImagesData,
  base: string,
  decode: ImageDecoder,
): ImageSource[] {
  const arrays: NamedIdx[] = [];
  const sources = absolutePaths(paths, base).flatMap((path) => {
    if (isFolder(path)) return [folderSource(path, decode)];
    const bytes = readData(path);
    if (isZip(bytes)) return [npzSource(bytes, path, part, options, decode)];
    if (isIdx(bytes)) {
      arrays.push({ ...readIdx(bytes, path), path });
      return [];
    }
    if (isCifar(bytes)) return [cifarSource(bytes, path, options.labels)];
    throw unknownFormat(bytes, path);
  });
  return [...sources, ...pairUp(arrays)];
}

function pairUp(arrays: readonly NamedIdx[]): ImageSource[] {
  const images = arrays.filter(({ shape }) => shape.length > 1);
  const labels = arrays.filter(({ shape }) => shape.length === 1);
  if (labels.length === 0) labels.push(...images.map(({ path }) => labelsBeside(path)));
  if (images.length !== labels.length)
    throw new IsoflopError(
      'invalid-input',
      `there are ${images.length} IDX files of images and ${labels.length} of labels`,
      {
        path: arrays[0].path,
        hint: 'Name one file of labels for each file of images.',
      },
    );
  for (const { shape, path } of images)
    if (shape.length < 3)
      throw new IsoflopError('invalid-input', `the IDX file is an array of ${shape.join(' x ')}; images have 3 axes`, {
        path,
      });
  return images.map((one, index) => idxSource(one, labels[index]));
}

/** MNIST's own names: train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz. */
function labelsBeside(path: string): NamedIdx {
  const name = basename(path).replace('images', 'labels').replace('idx3', 'idx1');
  const beside = join(dirname(path), name);
  if (beside === path || !exists(beside))
    throw new IsoflopError('missing', 'the IDX file of images comes without labels', {
      path,
      hint: 'Name the file of labels after it: train: [IMAGES, LABELS].',
    });
  const bytes = readData(beside);
  if (!isIdx(bytes)) throw unknownFormat(bytes, beside);
  return { ...readIdx(bytes, beside), path: beside };
}

function unknownFormat(bytes: Uint8Array, path: string): IsoflopError {
  const isPickle = bytes[0] === 0x80 && bytes[1] <= 5;
  const what = isPickle ? 'the file is a Python pickle, which may hold programs' : 'the file is of no known format';
  return new IsoflopError('invalid-input', what, {
    path,
    hint: isPickle
      ? 'Take the binary version of the data set, or save arrays with numpy.savez.'
      : 'Read are IDX (also gzip), CIFAR-10 and CIFAR-100 binary (whole records), npz, and folders of PNG and JPEG; is the file cut off?',
  });
}
