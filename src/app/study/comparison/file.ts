import { statSync, readFileSync } from 'node:fs';

/** How a comparison's file says what it is; the schema checks the rest. */
const MARK = /^schema:\s*['"]?isoflop\.comparison\//m;

/** Whether a file is a comparison and not a study of a scaling law. */
export const isComparison = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true && MARK.test(readFileSync(path, 'utf8'));
