import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrationSchema } from '../../core/schema/measure.ts';
import type { Calibration } from '../../core/schema/measure.ts';
import { cacheFolder, machineKey } from './this-device.ts';

/** Where this machine's calibration for so many threads is kept, beside its speeds. */
const fileOf = (folder: string, threads: number): string => join(folder, `calibration-${machineKey()}-${threads}.json`);

/** What this machine was calibrated with for so many threads; undefined where there is none, or none that can be read. */
export function readCalibration(threads: number, folder = cacheFolder()): Calibration | undefined {
  try {
    const { success, data } = calibrationSchema.safeParse(JSON.parse(readFileSync(fileOf(folder, threads), 'utf8')));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}

/** The calibration of this machine that was made last, on whatever number of threads. */
export function lastCalibration(folder = cacheFolder()): Calibration | undefined {
  const start = `calibration-${machineKey()}-`;
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(start) && name.endsWith('.json'))
      .flatMap((name) => readCalibration(Number(name.slice(start.length, -'.json'.length)), folder) ?? [])
      .sort((a, b) => a.date.localeCompare(b.date))
      .at(-1);
  } catch {
    return undefined;
  }
}

/** Keeps a calibration; renamed into place, so that no reader meets half of a file. False where nothing can be kept. */
export function keepCalibration(calibration: Calibration, folder = cacheFolder()): boolean {
  const file = fileOf(folder, calibration.threads);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(calibration));
    renameSync(`${file}.${process.pid}`, file);
    return true;
  } catch {
    return false;
  }
}
