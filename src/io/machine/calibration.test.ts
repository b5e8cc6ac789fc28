import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keepCalibration, lastCalibration, readCalibration } from './calibration.ts';

const folder = mkdtempSync(join(tmpdir(), 'isoflop calibration '));
afterAll(() => rmSync(folder, { recursive: true }));

const made = (threads: number, date: string): Parameters<typeof keepCalibration>[0] => ({
  ...{ schema: 'isoflop.calibration/1', date, threads },
  device: { name: 'this', title: 'x', peak: { fp32: 1 }, memoryBytes: 1, bandwidth: 1, measured: true, source: 'x' },
  latency: { rates: { run: 0.5 }, programs: 1, threads, error: { median: 0.1, p80: 0.2 } },
  programs: [{ name: 'a', features: { run: 1 }, seconds: 0.5 }],
});

it('keeps a calibration for each number of threads, and knows the last', () => {
  expect(readCalibration(1, folder)).toBeUndefined();
  expect(lastCalibration(join(folder, 'none'))).toBeUndefined();
  const [one, two] = [made(1, '2026-02-01'), made(2, '2026-01-01')];
  expect(keepCalibration(one, folder)).toBe(true);
  expect(keepCalibration(two, folder)).toBe(true);
  expect(readCalibration(2, folder)).toEqual(two);
  expect(lastCalibration(folder)).toEqual(one);
});

it('takes a broken file for none, and says where nothing can be kept', () => {
  for (const file of readdirSync(folder)) writeFileSync(join(folder, file), '{"threads": 1');
  expect(readCalibration(1, folder)).toBeUndefined();
  expect(lastCalibration(folder)).toBeUndefined();
  expect(keepCalibration(made(1, 'x'), '/dev/null/none')).toBe(false);
});
