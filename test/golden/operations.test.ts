import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeModel, conventionOf, precisionRecipe, withImageSize } from '../../src/core/analysis/index.ts';
import type { Analysis, ConventionName } from '../../src/core/analysis/index.ts';
import { readModel } from '../../src/core/formats/index.ts';
import { presetModel } from '../../src/core/model/index.ts';
import type { Model } from '../../src/core/model/model.ts';

/** What other tools' rules count, restated in Python over PyTorch's own modules: tools/golden/operations.py. */
interface Row {
  readonly file?: string;
  readonly preset?: string;
  readonly params?: number;
  readonly fvcore: number;
  readonly deepspeed: number;
  readonly trainingMacs?: number;
  readonly savedBytes: number;
}

const FOLDER = import.meta.dirname;
const { rows } = JSON.parse(readFileSync(join(FOLDER, 'operations.json'), 'utf8')) as { rows: Row[] };
const named = rows.map((row) => [row.preset ?? row.file!, row] as const);

const open = ({ file, preset }: Row): Model =>
  file === undefined
    ? withImageSize(presetModel(preset!)!, 224, 224)
    : readModel(readFileSync(join(FOLDER, 'models', file)), file);

const analysed = (row: Row, convention: ConventionName = 'isoflop'): Analysis =>
  analyzeModel(open(row), { convention: conventionOf(convention), recipe: precisionRecipe('fp32-adam') });

/** Operations that we count beyond DeepSpeed, which its profiler misses. */
const UNSEEN: Readonly<Record<string, number>> = {
  // nn.TransformerEncoderLayer holds F.relu from before the profiler wraps it: 2 layers, 10 tokens, 48 units.
  'torch-export/stock-encoder.pt2': 2 * 10 * 48,
  // Biases of transposed convolutions, which it adds at the places of a plain convolution: 10 of 24 x 24, 6 of 48 x 48.
  'torch-export/unet.pt2': 10 * (24 ** 2 - 6 ** 2) + 6 * (48 ** 2 - 12 ** 2),
  'torch-export/conv1d.pt2': 8 * (128 - 32),
  // x.softmax() is a method, not a functional.
  'torch-export/two-inputs.pt2': 5,
};

/** Bytes that a CPU keeps and fused kernels do not, or the reverse. */
const KEPT: Readonly<Record<string, (measured: number) => number>> = {
  // A CPU takes an RMS norm apart and keeps what it multiplies by the gain, too: 5 norms of 20 tokens of 24.
  'torch-export/llama.pt2': (measured) => measured - 5 * 20 * 24 * 4,
  // Fused, a gate keeps its input; taken apart, the value, the gate and what the two were cut from. Statistics stand by channel.
  'torch-export/conv1d.pt2': (measured) => measured + 8 * 128 * 4 - 16 * 4,
};
/** Unrolled on a CPU, every step keeps what it likes. */
const UNROLLED = ['torch-export/lstm.pt2', 'torch-export/gru.pt2'];

describe('operations and saved bytes are those that other tools count', () => {
  it.each(named)('fvcore: %s', (_, row) => {
    const { operations, parameters } = analysed(row, 'fvcore');
    expect(operations).toBe(row.fvcore);
    if (row.params !== undefined) expect(parameters.total).toBe(row.params);
  });

  it.each(named)('DeepSpeed: %s', (name, row) => {
    expect(analysed(row, 'deepspeed').operations).toBe(row.deepspeed + (UNSEEN[name] ?? 0));
  });

  it.each(named.filter(([, { trainingMacs }]) => trainingMacs !== undefined))('FlopCounterMode, forward and backward: %s', (_, row) => {
    expect(analysed(row).trainingMacs).toBe(row.trainingMacs);
  });

  it.each(named.filter(([name]) => !UNROLLED.includes(name)))('autograd keeps: %s', (name, row) => {
    const measured = KEPT[name]?.(row.savedBytes) ?? row.savedBytes;
    expect(Math.abs(analysed(row).memory.training.activations - measured)).toBeLessThanOrEqual(32);
  });
});
