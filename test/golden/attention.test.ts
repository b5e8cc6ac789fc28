import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analysisText } from '../../src/app/cli/analysis-text.ts';
import { analyzeModel } from '../../src/core/analysis/index.ts';
import type { Analysis, AnalyzeOptions } from '../../src/core/analysis/index.ts';
import { readModel } from '../../src/core/formats/index.ts';

const file = (name: string, options: AnalyzeOptions): Analysis =>
  analyzeModel(readModel(readFileSync(join(import.meta.dirname, 'models', name)), name), options);

/** Pairs of query and key, one by one: key j is seen by query i where j <= i and i - j < window. */
function seen(tokens: number, window: number): number {
  let pairs = 0;
  for (let i = 0; i < tokens; i++) for (let j = Math.max(0, i - window + 1); j <= i; j++) pairs++;
  return pairs;
}

describe('attention as its mask leaves it', () => {
  // config.json: 26 layers, every other one with a window of 4096; 8 heads and 4 key heads of 256.
  it('of Gemma 2: windows alternate with full layers, in scores and in the cache', () => {
    const { items, memory } = file('huggingface/gemma-2-2b.json', { tokens: 6000, attention: 'causal' });
    expect(items.attention).toBe(13 * 8 * (256 + 256) * (seen(6000, 4096) + seen(6000, 6000)));
    expect(memory.inference.cache).toBe(13 * 2 * 4 * 256 * 2 * (4096 + 6000));
  });

  // config.json: 32 layers, 32 heads and 8 key heads of 128, window 4096.
  it('of Mistral: every layer slides', () => {
    const { items, memory } = file('huggingface/mistral-7b.json', { tokens: 5000, attention: 'causal' });
    expect(items.attention).toBe(32 * 32 * (128 + 128) * seen(5000, 4096));
    expect(memory.inference.cache).toBe(32 * 2 * 8 * 128 * 2 * 4096);
  });

  // config.json: 61 layers, 128 heads; queries and keys of 128 + 64, values of 128; 512 + 64 numbers cached.
  it('of DeepSeek-V3: keys and values differ in size, and neither is cached', () => {
    const { items, memory } = file('huggingface/deepseek-v3.json', { tokens: 1000, attention: 'causal' });
    expect(items.attention).toBe(61 * 128 * (192 + 128) * seen(1000, 1000));
    expect(memory.inference.cache).toBe(61 * 576 * 2 * 1000);
  });

  it('written out as products counts every score, and the output says so', () => {
    const analysis = file('onnx/gpt-trace-17.onnx', { attention: 'causal' });
    expect(analysis.macs).toBe(file('onnx/gpt-trace-17.onnx', {}).macs);
    expect(analysisText(analysis, 'block').replaceAll(/\s+/g, ' ')).toContain('whose mask is not known: every score');
  });
});
