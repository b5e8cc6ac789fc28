/** What benchmarks share: how busy the machine is otherwise, medians, and where results are kept. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** Foreign work, in cores, above which a round does not count. */
export const FOREIGN_LIMIT = 0.15;

/** Busy time of the whole machine in core-seconds, from /proc/stat; and of it what was stolen by the host. */
function busySeconds(): number {
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / 100;
}

/** Cores that processes other than the two compared kept busy while nothing of ours ran. */
export async function foreignCores(): Promise<number> {
  const before = busySeconds();
  await new Promise((resolve) => setTimeout(resolve, 500));
  return (busySeconds() - before) / 0.5;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Writes results/DATE-CASE-MACHINE.json and gives its path. */
export function writeResult(name: string, result: Record<string, unknown>): string {
  const { model } = cpus()[0];
  const machine = model.replaceAll(/[^\w]+/g, '-').toLowerCase();
  const date = new Date().toISOString().slice(0, 10);
  const path = join(import.meta.dirname, 'results', `${date}-${name}-${machine}.json`);
  const document = { date, machine: model, node: process.versions.node, ...result };
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  return path;
}
