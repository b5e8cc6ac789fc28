/** A number as a float of Python. */
export function floatLiteral(value: number): string {
  if (!Number.isFinite(value)) return `float("${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}")`;
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Of torch's schema, `ScalarType`. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'uint8',
  2: 'int8',
  3: 'int16',
  4: 'int32',
  5: 'int64',
  6: 'float16',
  7: 'float32',
  8: 'float64',
  9: 'complex32',
  10: 'complex64',
  11: 'complex128',
  12: 'bool',
  13: 'bfloat16',
};

export const FLOAT32 = 7;
export const BOOLEAN = 12;

export const isFloatType = (type: number): boolean => [6, 7, 8, 13].includes(type);

/** `torch.float32`; undefined for types that the schema does not number so. */
export const typeLiteral = (type: number): string | undefined => TYPES[type] && `torch.${TYPES[type]}`;

/** Longer lines are broken. */
const MOST_COLUMNS = 120;

/** A call, its arguments on lines of their own where they do not fit on one. */
export const callText = (before: string, args: readonly string[], indent: string): string =>
  bracketed(`${before}(`, args, ')', indent);

/** What stands between brackets, on several lines where it does not fit on one. */
export function bracketed(open: string, items: readonly string[], close: string, indent: string): string {
  const line = `${open}${items.join(', ')}${close}`;
  if (indent.length + line.length <= MOST_COLUMNS) return line;
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && indent.length + last.length + item.length + 6 <= MOST_COLUMNS)
      lines[lines.length - 1] = `${last} ${item},`;
    else lines.push(`${item},`);
  }
  return [open, ...lines.map((one) => `${indent}    ${one}`), `${indent}${close}`].join('\n');
}
