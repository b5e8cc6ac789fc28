import type { Mutation } from './bytes.ts';
import { join } from './bytes.ts';
import { HOSTILE_JSON, mutateJson } from './json.ts';

const LENGTH_BYTES = 8;

function withHeader(header: Uint8Array, values: Uint8Array): Uint8Array {
  const length = new DataView(new ArrayBuffer(LENGTH_BYTES));
  length.setBigUint64(0, BigInt(header.length), true);
  return join([new Uint8Array(length.buffer), header, values]);
}

/** Changes the JSON of the header and states its length rightly. */
export const mutateHeader: Mutation = (bytes, random) => {
  const end = LENGTH_BYTES + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return withHeader(mutateJson(bytes.slice(LENGTH_BYTES, end), random), bytes.subarray(end));
};

const tensor = (shape: string, end: number): string => `{"dtype":"F32","shape":${shape},"data_offsets":[0,${end}]}`;

/** Headers that ask for more than there is. */
export const HOSTILE_SAFETENSORS: readonly (() => Uint8Array)[] = [
  () => Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x7b),
  () => withHeader(new TextEncoder().encode(`{"a":${tensor('[4294967296,4294967296]', 0)}}`), new Uint8Array(0)),
  () => withHeader(new TextEncoder().encode(`{"a":${tensor('[1]', 4)},"b":${tensor('[1]', 4)}}`), new Uint8Array(4)),
  () => withHeader(new TextEncoder().encode(`{"a":${tensor(`[${'1,'.repeat(1000)}1]`, 4)}}`), new Uint8Array(4)),
  ...HOSTILE_JSON.map((make) => () => withHeader(make(), new Uint8Array(0))),
];

/** A small whole file: two tensors. */
export const madeSafetensors = (): Uint8Array[] => [
  withHeader(
    new TextEncoder().encode(
      '{"__metadata__":{"format":"pt"},"wte.weight":{"dtype":"F32","shape":[5,4],"data_offsets":[0,80]},' +
        '"ln.bias":{"dtype":"BF16","shape":[4],"data_offsets":[80,88]}}',
    ),
    new Uint8Array(88),
  ),
];
