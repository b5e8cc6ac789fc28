/** 1.6e10 -> "1.6e10": short scientific notation without the plus sign. */
export const scientific = (value: number, digits = 2): string => value.toExponential(digits).replace('e+', 'e');

/** 1234567 -> "1.23M" */
export function compact(value: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const [size, unit] = units.find(([limit]) => value >= limit) ?? [1, ''];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

/** 1234567 -> "1.23M", 1e18 -> "1.00e18": counts of any size. */
export const countText = (value: number): string => (value < 1e15 ? compact(value) : scientific(value));

/** So many significant digits, without closing zeros. */
export const significant = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));

/** 0.1234 -> "12.3 %" with one digit after the point. */
export const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`;

/** A name cut to so many letters. */
export const shortened = (name: string, width: number): string =>
  name.length > width ? `${name.slice(0, width - 1)}…` : name;

/** Seconds as "45 s", "3 min 20 s" or "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** A table with aligned columns; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const isNumber = header.map((_, column) =>
    rows.every((row) => /^[-+\d.]/.test(row[column]) || row[column] === '' || row[column] === '-'),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}
