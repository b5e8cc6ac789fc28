import { extname, join } from 'node:path';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { filesBelow, namesIn, readData } from '../data-files.ts';
import type { ImageDecoder } from './decode.ts';
import { CorruptImage } from './image-source.ts';
import type { ImageSource } from './image-source.ts';

const ENDINGS = new Set(['.png', '.jpg', '.jpeg', '.jpe', '.jfif']);
const isImage = (path: string): boolean => ENDINGS.has(extname(path).toLowerCase());

/** A folder with one folder a class, of PNG and JPEG files; classes are numbered in the order of their names. */
export function folderSource(folder: string, decode: ImageDecoder): ImageSource {
  const classes = namesIn(folder, 'folders');
  const samples = classes.flatMap((name, label) =>
    filesBelow(join(folder, name)).flatMap((path) => (isImage(path) ? [{ path, label }] : [])),
  );
  if (samples.length === 0)
    throw new IsoflopError('invalid-input', 'the folder holds no folders of PNG or JPEG files', {
      path: folder,
      hint: 'Give a folder with one folder of images a class, or name files of IDX, CIFAR or npz format.',
    });
  return {
    count: samples.length,
    classes,
    labelOf: (index) => samples[index].label,
    placeOf: (index) => samples[index].path,
    read: (index) => decode(contentOf(samples[index].path)),
  };
}

/** An empty image file is a corrupt image, which options may leave out; a file that cannot be opened is not. */
function contentOf(path: string): Uint8Array {
  try {
    return readData(path);
  } catch (error) {
    if (error instanceof IsoflopError && error.code === 'invalid-input') throw new CorruptImage(error.message);
    throw error;
  }
}
