import type { Command } from 'commander';
import { DEVICES } from '../../../core/analysis/index.ts';
import type { Device, DevicePrecision } from '../../../core/analysis/index.ts';
import { significant, table } from '../format.ts';
import { namedDevice } from '../named-device.ts';
import { byteUnits, countUnits } from '../units.ts';
import { wrap } from '../wrap.ts';

/** `isoflop devices` */
export function register(program: Command): void {
  program
    .command('devices')
    .description('List the devices that costs are reckoned for, or show one with its source.')
    .argument('[device]', 'a device by its name, or this: this machine, measured once and kept in ~/.cache/isoflop')
    .option('--json', 'print as JSON (isoflop.devices/1)')
    .addHelpText('after', '\nExample:\n  isoflop devices h100-sxm')
    .action(async (name: string | undefined, { json = false }: { json?: boolean }) => {
      const devices = name === undefined ? DEVICES : [await namedDevice(name)];
      if (json) console.log(JSON.stringify({ schema: 'isoflop.devices/1', devices }, null, 2));
      else console.log(name === undefined ? listText() : deviceText(devices[0]));
    });
}

const COLUMNS: readonly DevicePrecision[] = ['fp32', 'tf32', 'bf16', 'fp8'];

const tera = (value: number | undefined): string => (value === undefined ? '-' : significant(value / 1e12, 4));

function listText(): string {
  const rows = DEVICES.map(({ name, peak, memoryBytes, bandwidth }) => [
    name,
    ...COLUMNS.map((precision) => tera(precision === 'bf16' ? (peak.bf16 ?? peak.fp16) : peak[precision])),
    byteUnits(memoryBytes),
    `${significant(bandwidth / 1e9, 4)} GB/s`,
  ]);
  return [
    table(['device', ...COLUMNS.map((name) => (name === 'bf16' ? '16-bit' : name)), 'memory', 'bandwidth'], rows),
    '',
    'Dense peaks in tera-operations a second; a multiply-accumulate is two operations.',
    'One device with its source: isoflop devices h100-sxm',
    'This machine, measured: isoflop devices this',
  ].join('\n');
}

const deviceText = ({ title, name, peak, memoryBytes, bandwidth, source }: Device): string =>
  [
    `${title} (${name})`,
    ...Object.entries(peak).map(
      ([precision, value]) => `  ${precision.padEnd(9)} ${countUnits(value)} dense operations a second`,
    ),
    `  memory    ${byteUnits(memoryBytes)}`,
    `  bandwidth ${significant(bandwidth / 1e9, 4)} GB/s`,
    ...wrap(`  Source: ${source}`, '    '),
  ].join('\n');
