/** A table as it was read: text cells under named columns. Rows may be longer or shorter than the header: that is a fault of theirs. */
export interface RecordTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line of the file that each row begins on, from 1, where the file has lines. */
  readonly lines?: readonly number[];
  /** The file's name, for messages. */
  readonly path?: string;
}
