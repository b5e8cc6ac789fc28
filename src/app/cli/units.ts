/** Units of counts by powers of a thousand. */
const COUNT_UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
/** Units of bytes by powers of 1024. */
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 385814752 -> "386 M": three digits and a power of a thousand. */
export const countUnits = (value: number): string => scaled(value, 1000, COUNT_UNITS);

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

/** Seconds as "1.23 ms"; from a minute on "3 min". */
export function secondUnits(value: number): string {
  if (value >= 1) return `${value.toPrecision(3)} s`;
  const [factor, unit] = value >= 1e-3 ? [1e3, 'ms'] : [1e6, 'µs'];
  return `${(value * factor).toPrecision(3)} ${unit}`;
}
