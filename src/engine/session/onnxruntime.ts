import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { IsoflopError } from '../../core/terms/errors.ts';

/** An address in this process. Functions fill cells of one with what they make. */
export type Pointer = bigint;
export type Cell = BigUint64Array<ArrayBuffer>;

type Argument = Pointer | number | string | Uint8Array | BigInt64Array | BigUint64Array | null;
type Function = (...values: Argument[]) => Pointer | null;

/** The version of the C API that has all functions below; newer libraries serve it too. */
const API_VERSION = 18;
const POINTER_BYTES = 8;
/** Bytes of stack for calls; optimising a deep program goes deep. */
const STACK = 16 * 2 ** 20;

/**
 * The C functions in use: place in the API's table, which only grows at its end (onnxruntime_c_api.h), and arguments as p
 * (pointer), i (int), l (size_t), s (string). Each gives a status, null for success.
 */
const FUNCTIONS = {
  CreateEnv: [3, 'isp'],
  CreateSessionFromArray: [8, 'pplpp'],
  Run: [9, 'pppplplp'],
  CreateSessionOptions: [10, 'p'],
  DisableMemPattern: [17, 'p'],
  SetSessionGraphOptimizationLevel: [23, 'pi'],
  SetIntraOpNumThreads: [24, 'pi'],
  CreateTensorWithDataAsOrtValue: [49, 'pplplip'],
  CreateCpuMemoryInfo: [69, 'iip'],
  AddSessionConfigEntry: [130, 'pss'],
} as const;
const RELEASES = { ReleaseStatus: 93, ReleaseSession: 95, ReleaseValue: 96, ReleaseSessionOptions: 100 } as const;
const GET_ERROR_MESSAGE = 2;
const TYPES: Readonly<Record<string, string>> = { p: 'void *', i: 'int', l: 'size_t', s: 'str' };

/** onnxruntime's C API: every call throws what its status says. */
export type OnnxRuntime = { readonly [Name in keyof typeof FUNCTIONS]: (...values: Argument[]) => void } & {
  readonly [Name in keyof typeof RELEASES]: (value: Pointer) => void;
} & {
  /** The environment, of which a process has one, and the description of memory of its own. */
  readonly environment: Pointer;
  readonly memory: Pointer;
  /** Where the bytes of a view lie. They must not move or be collected while the library may use them. */
  readonly address: (view: ArrayBufferView) => Pointer;
  /** Held, for the library is unloaded when nothing refers to it any more. */
  readonly library: unknown;
};

let runtime: Promise<OnnxRuntime> | undefined;

/**
 * Loads onnxruntime when something first trains: it is large and optional. Its own binding for Node copies every output into
 * new memory at each run; over its C interface a run reads and writes our memory and nothing else.
 */
export function loadRuntime(): Promise<OnnxRuntime> {
  runtime ??= bind().catch((cause: unknown) => {
    throw new IsoflopError('unavailable', 'training needs onnxruntime, which could not be loaded', {
      hint: 'Install it with `npm install onnxruntime-node koffi` (onnxruntime-node-install=skip in .npmrc avoids its download of CUDA).',
      cause,
    });
  });
  return runtime;
}

/** A cell for a function to fill. */
export const cell = (): Cell => new BigUint64Array(1);

async function bind(): Promise<OnnxRuntime> {
  const { default: koffi } = await import('koffi');
  koffi.config({ sync_stack_size: STACK });
  const library = koffi.load(libraryPath());
  const base = library.func('OrtGetApiBase', 'void *', [])() as Pointer;
  const getApi = koffi.decode(koffi.decode(base, 'void *'), koffi.proto('void *', ['uint32_t'])) as Function;
  const api = getApi(API_VERSION);
  if (!api) throw new Error(`the library does not serve version ${API_VERSION} of its interface`);
  const entry = (index: number, result: string, types: readonly string[]): Function =>
    koffi.decode(koffi.decode(api, index * POINTER_BYTES, 'void *'), koffi.proto(result, [...types])) as Function;

  const message = entry(GET_ERROR_MESSAGE, 'str', ['void *']) as unknown as (status: Pointer) => string;
  const releases = Object.fromEntries(
    Object.entries(RELEASES).map(([name, index]) => [name, entry(index, 'void', ['void *'])]),
  ) as unknown as Pick<OnnxRuntime, keyof typeof RELEASES>;
  const checked =
    (call: Function) =>
    (...values: Argument[]) => {
      const status = call(...values);
      if (status === null) return;
      const text = message(status);
      releases.ReleaseStatus(status);
      throw new Error(`onnxruntime: ${text}`);
    };
  const functions = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, [index, types]]) => {
      return [
        name,
        checked(
          entry(
            index,
            'void *',
            Array.from(types, (type) => TYPES[type]),
          ),
        ),
      ];
    }),
  ) as unknown as Pick<OnnxRuntime, keyof typeof FUNCTIONS>;

  const [environment, memory] = [cell(), cell()];
  functions.CreateEnv(LOG_ERRORS, 'isoflop', environment);
  functions.CreateCpuMemoryInfo(ARENA_ALLOCATOR, DEFAULT_MEMORY, memory);
  // Asking for the buffer first moves the bytes of a small array out of the collected heap, for good.
  const address = ({ buffer, byteOffset }: ArrayBufferView): Pointer => koffi.address(buffer) + BigInt(byteOffset);
  return { ...functions, ...releases, environment: environment[0], memory: memory[0], address, library };
}

const LOG_ERRORS = 3;
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;

/** The shared library inside the package onnxruntime-node. */
function libraryPath(): string {
  const root = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '../bin');
  const folders = existsSync(root)
    ? readdirSync(root).map((abi) => join(root, abi, process.platform, process.arch))
    : [];
  for (const folder of folders.filter((one) => existsSync(one))) {
    const file = readdirSync(folder).find((name) => /^(?:lib)?onnxruntime\.(?:so|dylib|dll|\d)/.test(name));
    if (file) return join(folder, file);
  }
  throw new Error(`onnxruntime-node brings no library for ${process.platform} on ${process.arch}`);
}
