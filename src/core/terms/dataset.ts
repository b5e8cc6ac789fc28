/** What a model is asked for: a class, numbers, or the next token. */
export type DataTask = 'classification' | 'regression' | 'language';

/** Parts of a data set: what is learnt from, what decides when to stop, and what the result is measured on. */
export type DataPart = 'train' | 'validation' | 'heldOut';

/** Samples left out by a stated option. */
export interface Exclusion {
  /** Why, such as "an image of another size". */
  readonly reason: string;
  readonly count: number;
  /** Where the first few stand: file and entry, or file and line. */
  readonly examples: readonly string[];
}

/** Images in memory, all of one size. */
export interface Images {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[count, height, width, channels]`, 0 to 255. */
  readonly pixels: Uint8Array;
  /** Class of each image, from 0. */
  readonly labels: Int32Array;
}

/** What the files of an image data set hold, before it is divided. */
export interface ImageFiles {
  readonly kind: 'images';
  /** Names of the classes by label. */
  readonly classes: readonly string[];
  readonly train: Images;
  /** The files' own held-out images, where they have any. */
  readonly test?: Images;
  readonly excluded: readonly Exclusion[];
}

/** A column of a table: numbers (NaN where the cell is empty), or texts (undefined where it is). */
export type TableColumn =
  | { readonly name: string; readonly type: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly type: 'category'; readonly values: readonly (string | undefined)[] };

/** Rows of one or several files with the same columns. */
export interface Table {
  readonly count: number;
  readonly columns: readonly TableColumn[];
  /** Where a row stands: `houses.csv:17`. */
  placeOf(row: number): string;
}

/** What the files of a table data set hold, before it is divided and coded. */
export interface TableFiles {
  readonly kind: 'table';
  readonly train: Table;
  readonly test?: Table;
  readonly excluded: readonly Exclusion[];
}
