/**
 * Published values beside ours, each with its tolerance: `npm run conformance [-- part ...]`. Exit code 1 where one does not hold.
 */
import { holds } from './conformance/check.ts';
import type { Check, Section } from './conformance/check.ts';
import { sections as chinchilla } from './conformance/chinchilla.ts';
import { sections as curves } from './conformance/curves.ts';
import { sections as diagnosis } from './conformance/diagnosis.ts';
import { sections as formulas } from './conformance/formulas.ts';
import { sections as intervals } from './conformance/intervals.ts';
import { sections as isoflop } from './conformance/isoflop.ts';
import { sections as recovery } from './conformance/recovery.ts';
import { sections as schedules } from './conformance/schedules.ts';
import { sections as select } from './conformance/select.ts';
import { sections as uncertainty } from './conformance/uncertainty.ts';
import { significant, table } from '../src/app/cli/format.ts';

/** Parts by name, the quick ones first. */
export const PARTS: Readonly<Record<string, () => Section[]>> = {
  formulas,
  chinchilla,
  curves,
  isoflop,
  select,
  schedules,
  intervals,
  diagnosis,
  recovery,
  uncertainty,
};

const digits = (value: number): string => significant(value, 8);

function toleranceText({ by, tolerance, published }: Check): string {
  switch (by) {
    case 'absolute':
      return `± ${digits(tolerance)}`;
    case 'relative':
      return `± ${digits(100 * tolerance)} %`;
    case 'at-most':
      return `≤ ${digits(published * (1 + tolerance))}`;
    case 'at-least':
      return `≥ ${digits(published * (1 - tolerance))}`;
  }
}

function sectionText({ title, checks, skipped }: Section): string {
  if (skipped !== undefined) return `${title}\n  skipped: ${skipped}`;
  const rows = checks.map((check) => [
    holds(check) ? '✓' : '✗',
    check.what,
    digits(check.published),
    digits(check.ours),
    toleranceText(check),
    check.source,
  ]);
  return `${title}\n${table(['', '', 'published', 'ours', 'tolerance', 'source'], rows)}`;
}

function main(wanted: readonly string[]): void {
  const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) throw new Error(`no part is called '${unknown}'; known: ${Object.keys(PARTS).join(', ')}`);
  let [done, failed, skipped] = [0, 0, 0];
  for (const name of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
    for (const section of PARTS[name]()) {
      console.log(`${sectionText(section)}\n`);
      done += section.checks.length;
      failed += section.checks.filter((check) => !holds(check)).length;
      if (section.skipped !== undefined) skipped += 1;
    }
  }
  console.log(`${done - failed} of ${done} values hold${skipped > 0 ? `; ${skipped} sections skipped` : ''}.`);
  if (failed > 0) process.exitCode = 1;
}

if (import.meta.main) main(process.argv.slice(2));
