import type { ConvnetInput } from '../convnet/schema.ts';
import { regnetStages } from '../convnet/regnet.ts';
import type { RegnetStage } from '../convnet/regnet.ts';
import type { Preset } from './preset.ts';

type Row = readonly [
  size: string,
  depth: number,
  initial: number,
  slope: number,
  multiplier: number,
  groupWidth: number,
];

const X: readonly Row[] = [
  ['200mf', 13, 24, 36.44, 2.49, 8],
  ['400mf', 22, 24, 24.48, 2.54, 16],
  ['600mf', 16, 48, 36.97, 2.24, 24],
  ['800mf', 16, 56, 35.73, 2.28, 16],
  ['1.6gf', 18, 80, 34.01, 2.25, 24],
  ['3.2gf', 25, 88, 26.31, 2.25, 48],
  ['4.0gf', 23, 96, 38.65, 2.43, 40],
  ['6.4gf', 17, 184, 60.83, 2.07, 56],
  ['8.0gf', 23, 80, 49.56, 2.88, 120],
  ['12gf', 19, 168, 73.36, 2.37, 112],
  ['16gf', 22, 216, 55.59, 2.1, 128],
  ['32gf', 23, 320, 69.86, 2, 168],
];

const Y: readonly Row[] = [
  ['200mf', 13, 24, 36.44, 2.49, 8],
  ['400mf', 16, 48, 27.89, 2.09, 8],
  ['600mf', 15, 48, 32.54, 2.32, 16],
  ['800mf', 14, 56, 38.84, 2.4, 16],
  ['1.6gf', 27, 48, 20.71, 2.65, 24],
  ['3.2gf', 21, 80, 42.63, 2.66, 24],
  ['4.0gf', 22, 96, 31.41, 2.24, 64],
  ['6.4gf', 25, 112, 33.22, 2.27, 72],
  ['8.0gf', 17, 192, 76.82, 2.19, 56],
  ['12gf', 19, 168, 73.36, 2.37, 112],
  ['16gf', 18, 200, 106.23, 2.48, 112],
  ['32gf', 20, 232, 115.89, 2.53, 232],
];

/** Sizes whose widths torchvision rounds to other numbers than pycls. */
const DIFFERENT = { x: ['400mf'], y: ['800mf', '8.0gf'] } as const;

const regnet = (stages: readonly RegnetStage[], kind: 'x' | 'y'): ConvnetInput => ({
  family: 'convnet',
  rounding: { divisor: 8, width: 'nearest', depth: 'nearest' },
  stem: { width: 32 },
  stages: stages.map((stage) => ({
    block: 'bottleneck',
    ...stage,
    stride: 2,
    ratio: 1,
    ...(kind === 'y' ? { squeeze: { ratio: 0.25, of: 'input', rounding: 'round' } } : {}),
  })),
});

const SOURCE = {
  pycls: 'Radosavovic et al. 2020 (arXiv:2003.13678); pycls configs/dds_baselines/regnet',
  torchvision: 'torchvision regnet.py',
} as const;

function preset(
  kind: 'x' | 'y',
  [size, depth, initial, slope, multiplier, groupWidth]: Row,
  rule: keyof typeof SOURCE,
): Preset {
  const isDifferent = (DIFFERENT[kind] as readonly string[]).includes(size);
  const stages = regnetStages({ depth, initial, slope, multiplier, groupWidth }, rule);
  return {
    name: `regnet${kind}-${size}${rule === 'pycls' ? '' : '-torchvision'}`,
    group: 'RegNet',
    spec: { ...regnet(stages, kind) },
    source: SOURCE[rule],
    ...(isDifferent ? { note: 'pycls and torchvision round its widths to different networks.' } : {}),
  };
}

export const REGNET_PRESETS: readonly Preset[] = (
  [
    ['x', X],
    ['y', Y],
  ] as const
).flatMap(([kind, rows]) => [
  ...rows.map((row) => preset(kind, row, 'pycls')),
  ...rows
    .filter(([size]) => (DIFFERENT[kind] as readonly string[]).includes(size))
    .map((row) => preset(kind, row, 'torchvision')),
]);
