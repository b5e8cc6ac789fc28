import { z } from 'zod';

const paths = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(10_000)])
  .describe('A file, a folder, or several files, relative to the document that names them.');

export const textDataSchema = z
  .strictObject({
    kind: z.literal('text').describe('Plain text for a language model.'),
    paths: z
      .union([z.string(), z.array(z.string()).min(1)])
      .describe('Files, folders or globs, relative to the study file.'),
    vocabulary: z
      .union([z.literal('bytes'), z.int().min(257).max(65_536)])
      .default(512)
      .describe('"bytes" (256 tokens), or the size of a byte-pair vocabulary trained on the training part.'),
    validation: z.number().gt(0).lt(0.5).default(0.05).describe('Share of the text that is held out, whole documents.'),
  })
  .describe('What the models learn from.');

/** How samples are divided where the files do not divide them. */
const split = {
  test: paths.optional().describe('The held-out samples. Default: a share of the training files.'),
  heldOut: z.number().gt(0).lt(1).default(0.2).describe('Share that is held out where `test` is not given.'),
  validation: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      'Share of the rest that is kept from training to stop early and to tune by; the held-out part stays unseen.',
    ),
  seed: z.int().min(0).default(0).describe('Decides which samples are held out.'),
  stratified: z
    .boolean()
    .default(true)
    .describe('Each class gives the same share of its samples to each part. A regression has no classes.'),
};

const onBad = z
  .enum(['refuse', 'skip'])
  .default('refuse')
  .describe('What happens to a sample that cannot be used: stop and name it, or leave it out, counted.');

export const augmentSchema = z
  .strictObject({
    crop: z
      .int()
      .min(0)
      .max(1024)
      .default(0)
      .describe('Pixels of black added on each side before a random crop of the old size. 0: no crop.'),
    flip: z.boolean().default(false).describe('Mirrors half of the images left to right.'),
    cutout: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Side of a square set to the mean colour, as a share of the shorter side.'),
    mixup: z
      .number()
      .min(0)
      .default(0)
      .describe('alpha of Beta(alpha, alpha), by which two images and their targets are mixed. 0: none.'),
    randAugment: z
      .int()
      .min(0)
      .max(8)
      .default(0)
      .describe('Operations in a row, drawn from affine and colour changes. 0: none.'),
    strength: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe(
        'Scales all of the above: 0 leaves every image as it is, 1 is as stated; for randAugment its magnitude.',
      ),
  })
  .describe('Random changes of the training images; never of held-out ones.');

export const imagesDataSchema = z
  .strictObject({
    kind: z.literal('images').describe('Images in classes.'),
    train: paths.describe(
      'IDX images and labels (gzip or not), CIFAR binary files, npz files, or a folder with one folder of PNG and JPEG files a class. The bytes tell which.',
    ),
    ...split,
    arrays: z
      .strictObject({
        images: z
          .string()
          .optional()
          .describe('Pixels [count, height, width(, channels)], or the bytes of JPEG and PNG files one after another.'),
        labels: z.string().optional().describe('Class of each image, a whole number from 0.'),
        offsets: z.string().optional().describe('Where each encoded image starts, and where the last one ends.'),
        classes: z.string().optional().describe('Names of the classes.'),
      })
      .prefault({})
      .describe("Names of an npz file's arrays. Default: the usual ones (images or x, labels or y, ...)."),
    layout: z
      .enum(['NHWC', 'NCHW'])
      .optional()
      .describe('Axes of pixels in npz files. Default: told by where the 1 or 3 channels stand.'),
    labels: z.enum(['fine', 'coarse']).default('fine').describe('Which labels of CIFAR-100.'),
    classes: z
      .array(z.string())
      .min(2)
      .max(100_000)
      .optional()
      .describe('Names of the classes, in the order of their labels. Default: from the files.'),
    channels: z
      .union([z.literal(1), z.literal(3)])
      .optional()
      .describe(
        'Turns grey images into colour (3) or colour into grey (1, luma of ITU-R BT.601). Default: as the files have it.',
      ),
    size: z
      .strictObject({ height: z.int().min(1).max(4096), width: z.int().min(1).max(4096) })
      .optional()
      .describe('Pixels of every sample. Default: those of the first image.'),
    otherSize: z
      .enum(['refuse', 'skip', 'resize'])
      .default('refuse')
      .describe('What happens to an image of another size; resize is bilinear with antialiasing.'),
    normalize: z
      .union([
        z.enum(['fitted', 'unit']),
        z.strictObject({
          mean: z.array(z.number()).min(1).max(3),
          deviation: z.array(z.number().positive()).min(1).max(3),
        }),
      ])
      .default('fitted')
      .describe(
        "Pixels are scaled to 0..1, then each channel by the training part's mean and deviation (fitted), by stated ones, or not (unit).",
      ),
    augment: augmentSchema.prefault({}),
    onBad,
  })
  .describe('Images in classes.');

export const tableDataSchema = z
  .strictObject({
    kind: z.literal('table').describe('Rows of numbers and categories.'),
    train: paths.describe('CSV, TSV or Parquet files with the same columns.'),
    ...split,
    target: z.string().min(1).describe('The column to predict.'),
    task: z
      .enum(['regression', 'classification'])
      .describe('regression: the target is a number; classification: a category.'),
    header: z.boolean().default(true).describe("false: the first row is data and columns are called '1', '2', ..."),
    delimiter: z
      .string()
      .length(1)
      .optional()
      .describe('Between cells of a CSV file. Default: a comma, in .tsv a tab.'),
    take: z.array(z.string()).min(1).optional().describe('Columns to learn from. Default: all but the target.'),
    drop: z.array(z.string()).default([]).describe('Columns to leave out.'),
    types: z
      .record(z.string(), z.enum(['number', 'category']))
      .default({})
      .describe('Types of columns. Default: number where every cell is one, category where none is.'),
    missing: z
      .enum(['refuse', 'drop', 'mean', 'median'])
      .default('refuse')
      .describe(
        "What happens to an empty cell: stop and name it, leave its row out, or put the training part's mean or median there (for a category its most frequent one).",
      ),
    missingValues: z
      .array(z.string())
      .default(['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', 'None', '?'])
      .describe('Texts that stand for an empty cell.'),
    newCategory: z
      .enum(['refuse', 'drop', 'zeros'])
      .default('refuse')
      .describe(
        'What happens to a category that the training part lacks: stop and name it, leave its row out, or code it as none of the known ones.',
      ),
    standardizeTarget: z
      .boolean()
      .default(true)
      .describe(
        "A regression learns (target - mean) / deviation of the training part; errors are reported in the target's own unit.",
      ),
    onBad,
  })
  .describe('Rows of numbers and categories.');

export const trainingDataSchema = z
  .discriminatedUnion('kind', [textDataSchema, imagesDataSchema, tableDataSchema])
  .describe('What a model learns from.');

export type Augment = z.infer<typeof augmentSchema>;
export type ImagesData = z.infer<typeof imagesDataSchema>;
export type TableData = z.infer<typeof tableDataSchema>;
export type TrainingData = z.infer<typeof trainingDataSchema>;
