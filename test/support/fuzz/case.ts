import { existsSync, writeFileSync } from 'node:fs';
import { Random } from '../../../src/core/math/random.ts';
import { IsoflopError } from '../../../src/core/terms/errors.ts';
import { pick } from './bytes.ts';
import type { FuzzedReader } from './readers.ts';

/** What came of one file. */
export interface CaseResult {
  readonly seed: number;
  /** `answer`: it was read; `refused`: a clear error; `fault`: anything else. */
  readonly outcome: 'answer' | 'refused' | 'fault';
  /** The error's sentence. */
  readonly words: string;
  /** Processor time of the reader in milliseconds, all threads. */
  readonly milliseconds: number;
}

/** Of so many files one is made by hand. */
const HOSTILE_EVERY = 16;
/** Seeds of one reader: its files are read once. */
const seedFiles = new Map<string, readonly Uint8Array[]>();

/** The file of a seed: the same bytes each time. */
export function fileOf(reader: FuzzedReader, seed: number): Uint8Array {
  const random = new Random(seed);
  const { hostile, mutations } = reader;
  if (seed % HOSTILE_EVERY === 0 && hostile.length > 0) return hostile[(seed / HOSTILE_EVERY) % hostile.length]();
  const files = seedFiles.get(reader.name) ?? reader.seeds();
  seedFiles.set(reader.name, files);
  let bytes = pick(files, random);
  for (let times = 1 + random.integer(2); times > 0; times--) bytes = mutated(bytes, pick(mutations, random), random);
  return bytes;
}

/** A mutation that must read the file first leaves one alone that another has damaged. */
function mutated(bytes: Uint8Array, mutation: FuzzedReader['mutations'][number], random: Random): Uint8Array {
  try {
    return mutation(bytes, random);
  } catch {
    return bytes;
  }
}

/** The process' peak of memory starts anew, so that it is the reader's (Linux, proc_pid_clear_refs). */
function resetPeak(): void {
  if (existsSync(CLEAR_REFS)) writeFileSync(CLEAR_REFS, '5');
}

const CLEAR_REFS = '/proc/self/clear_refs';

/** Reads the file of a seed. */
export async function runCase(
  reader: FuzzedReader,
  seed: number,
  read = reader.read,
  bytes = fileOf(reader, seed),
): Promise<CaseResult> {
  resetPeak();
  const before = process.cpuUsage();
  const [outcome, words] = await outcomeOf(read, bytes);
  const { user, system } = process.cpuUsage(before);
  return { seed, outcome, words, milliseconds: (user + system) / 1000 };
}

async function outcomeOf(read: FuzzedReader['read'], bytes: Uint8Array): Promise<[CaseResult['outcome'], string]> {
  try {
    await read(bytes);
    return ['answer', ''];
  } catch (error) {
    if (error instanceof IsoflopError)
      return clear(error) ? ['refused', error.sentence] : ['fault', `unclear: ${error.sentence}`];
    return ['fault', error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

/** Longer is no sentence: the file's own bytes would fill the screen. */
const LONGEST_SENTENCE = 2000;

/** A message in words, short enough to be read, without control characters of the file. */
const clear = ({ message, sentence }: IsoflopError): boolean =>
  /[a-z]{2,} [a-z]/i.test(message) &&
  sentence.length <= LONGEST_SENTENCE &&
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  !/[\u0000-\u0009\u000b-\u001f\u007f]/.test(sentence) &&
  !/\bundefined\b|\[object Object\]|internal:/.test(message);
