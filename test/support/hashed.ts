/** The integer hash from which golden data draw their inputs; the same as in tools/golden/gradients.py and tools/golden/nets/drawn.py. */
export function hashed(stream: number, count: number): Uint32Array {
  const offset = Math.imul(stream, 40503) + 12345;
  return Uint32Array.from({ length: count }, (_, index) => {
    let z = Math.imul(index, 2654435761) + offset;
    z = Math.imul(z ^ (z >>> 16), 0x45d9f3b);
    z = Math.imul(z ^ (z >>> 16), 0x45d9f3b);
    return z ^ (z >>> 16);
  });
}

/** Single-precision numbers in [-0.5, 0.5). */
export const uniform = (stream: number, count: number): Float32Array =>
  Float32Array.from(hashed(stream, count), (value) => Math.fround(value / 2 ** 32 - 0.5));

/** The stream of a name: FNV-1a of its UTF-8 bytes. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
