/** Units of counts by powers of a thousand. */
const COUNT_UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
/** Units of bytes by powers of 1024. */
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** From here on people count in powers of ten. */
const LARGEST_COUNT = 999.5e18;

/** 385814752 -> "386 M": three digits and a power of a thousand; 2.24e24 stays so. */
export const countUnits = (value: number): string =>
  value < LARGEST_COUNT ? scaled(value, 1000, COUNT_UNITS) : value.toExponential(2).replace('e+', 'e');

/** 1075838976 -> "1.00 GiB": three digits and a power of 1024. */
export const byteUnits = (value: number): string => scaled(value, 1024, BYTE_UNITS);

function scaled(value: number, base: number, units: readonly string[]): string {
  let power = 0;
  while (power < units.length - 1 && Math.abs(value) / base ** power >= 999.5) power++;
  const size = value / base ** power;
  const digits = power === 0 && Number.isInteger(size) ? String(size) : size.toPrecision(3);
  return `${digits} ${units[power]}`.trim();
}

/** 5288548 -> "5,288,548" */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** Units of time, the largest first. */
const TIME_UNITS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
];

/** Seconds with three digits, as "1.23 ms" or "3.50 h"; from two of a unit on, since 90 min say more than 1.50 h. */
export function secondUnits(value: number): string {
  const few = (seconds: number): number => (seconds > 1 ? 2 * seconds : seconds);
  const [size, unit] = TIME_UNITS.find(([seconds]) => value >= few(seconds) * 0.9995) ?? TIME_UNITS.at(-1)!;
  const amount = value / size;
  return `${amount >= 999.5 ? grouped(Math.round(amount)) : amount.toPrecision(3)} ${unit}`;
}
