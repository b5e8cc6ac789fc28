import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, homedir, hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import { deviceSchema } from '../../core/schema/analysis.ts';
import type { Device } from '../../core/analysis/index.ts';

/** What is measured of a machine: float32 operations and bytes a second, on so many threads. */
export type Measure = (threads: number) => Promise<{ flopsPerSecond: number; bytesPerSecond: number }>;

/** The name of the machine that the program runs on, beside those of the catalogue. */
export const THIS_DEVICE = 'this';

/**
 * This machine as a device, measured once and kept in the user's cache folder under its host name, processor, threads and memory:
 * another machine that shares the folder measures for itself. A file that cannot be read or written costs a measurement.
 */
export async function thisDevice(measure: Measure, folder = cacheFolder()): Promise<Device> {
  const file = join(folder, `device-${machineKey()}.json`);
  const known = kept(file);
  if (known) return known;
  const device = measuredDevice(await measure(availableParallelism()), availableParallelism());
  try {
    mkdirSync(folder, { recursive: true });
    // Renamed into place, so that no reader meets half of a file.
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(device));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    return device;
  }
  return device;
}

/** `$XDG_CACHE_HOME/isoflop`, or `~/.cache/isoflop`. */
export const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'isoflop');

const processor = (): string => cpus()[0]?.model.trim() ?? process.arch;

/** Tells machines that share a folder apart: host name, processor, threads and memory. */
export const machineKey = (): string =>
  createHash('sha256')
    .update([hostname(), processor(), availableParallelism(), totalmem()].join('\n'))
    .digest('hex')
    .slice(0, 16);

function kept(file: string): Device | undefined {
  try {
    const { success, data } = deviceSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return success && data.name === THIS_DEVICE ? (data as Device) : undefined;
  } catch {
    return undefined;
  }
}

/** Speeds that were reached on so many threads, as a device. */
export function measuredDevice(
  { flopsPerSecond, bytesPerSecond }: Awaited<ReturnType<Measure>>,
  threads: number,
): Device {
  return {
    name: THIS_DEVICE,
    title: `this machine (${processor()}, ${threads} ${threads === 1 ? 'thread' : 'threads'})`,
    peak: { fp32: flopsPerSecond },
    memoryBytes: totalmem(),
    bandwidth: bytesPerSecond,
    measured: true,
    source: `measured ${new Date().toISOString().slice(0, 10)}: medians of a product of 1024 x 1024 matrices and of a sum of 64 MiB vectors in onnxruntime`,
  };
}
