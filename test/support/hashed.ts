/** The integer hash from which golden data draw their inputs; the same as in tools/golden/gradients.py. */
export function hashed(stream: number, count: number): Uint32Array {
  const mask = 0xffffffffn;
  return Uint32Array.from({ length: count }, (_, index) => {
    let z = (BigInt(index) * 2654435761n + BigInt(stream) * 40503n + 12345n) & mask;
    z = ((z ^ (z >> 16n)) * 0x45d9f3bn) & mask;
    z = ((z ^ (z >> 16n)) * 0x45d9f3bn) & mask;
    return Number(z ^ (z >> 16n));
  });
}

/** Single-precision numbers in [-0.5, 0.5). */
export const uniform = (stream: number, count: number): Float32Array =>
  Float32Array.from(hashed(stream, count), (value) => Math.fround(value / 2 ** 32 - 0.5));
