import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { fileError } from '../files/errors.ts';

const BYTES = 2;
const BUFFER_TOKENS = 1 << 16;

/** A file of tokens, unsigned 16-bit little-endian, read by position. */
export interface TokenFile {
  readonly length: number;
  read(start: number, into: Uint16Array): void;
  close(): void;
}

/**
 * Opens a token file. Node cannot map files into memory; positioned reads come to the same: the pages stay in the
 * operating system's cache, shared by all trials, and a worker's memory does not grow with the corpus.
 */
export function openTokens(path: string): TokenFile {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw fileError(cause, 'opening the token file', path);
  }
  const length = Math.floor(fstatSync(file).size / BYTES);
  return {
    length,
    read(start, into) {
      if (start < 0 || start + into.length > length)
        throw new RangeError(`internal: tokens ${start}+${into.length} of ${length}`);
      readSync(file, into, 0, into.byteLength, start * BYTES);
    },
    close: () => closeSync(file),
  };
}

/** Appends tokens to a new file; `close` makes them durable. */
export class TokenWriter {
  private readonly path: string;
  private readonly file: number;
  private readonly buffer = new Uint16Array(BUFFER_TOKENS);
  private filled = 0;
  private written = 0;

  constructor(path: string) {
    this.path = path;
    try {
      this.file = openSync(path, 'w');
    } catch (cause) {
      throw fileError(cause, 'writing tokens', path);
    }
  }

  get length(): number {
    return this.written + this.filled;
  }

  append(tokens: ArrayLike<number>): void {
    for (let index = 0; index < tokens.length; index++) {
      this.buffer[this.filled++] = tokens[index];
      if (this.filled === BUFFER_TOKENS) this.flush();
    }
  }

  close(): void {
    this.flush();
    fsyncSync(this.file);
    closeSync(this.file);
  }

  private flush(): void {
    try {
      const bytes = new Uint8Array(this.buffer.buffer, 0, this.filled * BYTES);
      for (let done = 0; done < bytes.length;) done += writeSync(this.file, bytes, done);
    } catch (cause) {
      throw fileError(cause, 'writing tokens', this.path);
    }
    this.written += this.filled;
    this.filled = 0;
  }
}
