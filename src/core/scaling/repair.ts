/** One size that could not take its nominal value, and why. */
export interface Repair {
  /** The layer or knob that it belongs to. */
  readonly at: string;
  readonly from: number;
  /** What the factor asked for; need not be whole. */
  readonly nominal: number;
  readonly to: number;
  /** Why, such as `a multiple of 8`. */
  readonly reason: string;
}

/** One line for people: `conv3: 72 -> 104, nominal 108; a multiple of 8`. */
export const repairText = ({ at, from, nominal, to, reason }: Repair): string =>
  `${at}: ${from} -> ${to}, nominal ${Number(nominal.toPrecision(6))}; ${reason}`;

export const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
export const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;
