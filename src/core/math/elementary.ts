/**
 * exp, log and pow that give the same digits in every JavaScript engine and in WebAssembly, which Math's do not promise.
 * After fdlibm (Sun Microsystems 1993, freely usable): errors under 1 unit in the last place for exp and log.
 */

export const LN2_HIGH = 6.9314718036912381649e-1;
export const LN2_LOW = 1.90821492927058770002e-10;
export const INVERSE_LN2 = Math.LOG2E;
/** Above this exp overflows; below EXP_LOWEST it is 0. */
export const EXP_HIGHEST = 709.782712893384;
export const EXP_LOWEST = -745.1332191019411;
/** Smallest number with all its bits. */
export const SMALLEST_NORMAL = 2.2250738585072014e-308;
/** Coefficients of fdlibm, lowest power first: of exp in r^2, of log in s^2. */
export const [E1, E2, E3, E4, E5] = [
  1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.6533902205465251539e-6,
  4.13813679705723846039e-8,
];
export const [L1, L2, L3, L4, L5, L6, L7] = [
  6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
];

const float = new Float64Array(1);
const bits = new Uint32Array(float.buffer);

/** x 2^k for |k| <= 2100 without rounding twice on normal results. */
function scaleByPowerOf2(x: number, k: number): number {
  let value = x;
  let exponent = k;
  for (; exponent > 1023; exponent -= 1023) value *= 2 ** 1023;
  for (; exponent < -1022; exponent += 1022) value *= 2 ** -1022;
  bits[0] = 0;
  bits[1] = (exponent + 1023) << 20;
  return value * float[0];
}

export function exp(x: number): number {
  if (x > EXP_HIGHEST) return Infinity;
  if (x < EXP_LOWEST) return 0;
  if (Number.isNaN(x)) return x;
  const k = Math.floor(x * INVERSE_LN2 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * (E1 + t * (E2 + t * (E3 + t * (E4 + t * E5))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return scaleByPowerOf2(y, k);
}

export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  float[0] = x < SMALLEST_NORMAL ? x * 2 ** 54 : x;
  let k = (bits[1] >>> 20) - 1023 - (x < SMALLEST_NORMAL ? 54 : 0);
  bits[1] = (bits[1] & 0xfffff) | 0x3ff00000;
  let m = float[0];
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (L2 + w * (L4 + w * L6));
  const odd = z * (L1 + w * (L3 + w * (L5 + w * L7)));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + even + odd) + k * LN2_LOW) - f);
}

/** x^y as exp(y log x): relative error grows with |y log x|, about 1e-16 times it. A negative x takes whole y only. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (x < 0) return Number.isInteger(y) ? (y % 2 === 0 ? 1 : -1) * pow(-x, y) : NaN;
  if (x === 0) return y > 0 ? 0 : Infinity;
  return exp(y * log(x));
}

/** x * x; the last digit of x ** 2 is the engine's own choice. */
export const square = (x: number): number => x * x;
