/** Added to the scores of later positions; far below any score, and finite so that no arithmetic gives NaN. */
const MASKED = -1e9;
/** Base of the rotary wavelengths where none is said (Su et al. 2021, section 3.2.2). */
const ROTARY_BASE = 10_000;

/** `[group * context, context]`: 0 where a query may look, far below 0 where the key comes later. */
export function causalMask(context: number, group: number): Float32Array {
  const mask = new Float32Array(group * context * context);
  for (let row = 0; row < group * context; row++) {
    mask.fill(MASKED, row * context + (row % context) + 1, (row + 1) * context);
  }
  return mask;
}

/** Rotary tables `[context, headSize]`; the first half of `sine` carries the minus sign of the rotation. */
export function rotaryTables(
  context: number,
  headSize: number,
  base = ROTARY_BASE,
): { cosine: Float32Array; sine: Float32Array } {
  const half = headSize / 2;
  const cosine = new Float32Array(context * headSize);
  const sine = new Float32Array(context * headSize);
  for (let position = 0; position < context; position++) {
    for (let column = 0; column < headSize; column++) {
      const angle = position * base ** (-(column % half) / half);
      cosine[position * headSize + column] = Math.cos(angle);
      sine[position * headSize + column] = column < half ? -Math.sin(angle) : Math.sin(angle);
    }
  }
  return { cosine, sine };
}
