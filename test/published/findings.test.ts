import { describe, expect, it } from 'vitest';
import { analyzeModel, deviceOf } from '../../src/core/analysis/index.ts';
import type { AnalyzeOptions } from '../../src/core/analysis/index.ts';
import { presetModel } from '../../src/core/model/index.ts';

const about = (name: string, word: string, options: AnalyzeOptions): string | undefined =>
  analyzeModel(presetModel(name)!, options).findings.find((finding) => finding.about === word)?.sentence;

const a100 = deviceOf('a100-80');

describe('challenges in words', () => {
  // 2e9 / 6,738,415,616 parameters; Chinchilla's rule is 20 (Hoffmann et al. 2022, table 3).
  it('counts tokens a parameter, and says nothing where they suffice', () => {
    expect(about('llama-2-7b', 'data', { samples: 2e9 })).toContain('2 G tokens are 0.3 a parameter');
    expect(about('llama-2-7b', 'data', { samples: 2e12 })).toBeUndefined();
  });

  it('counts parameters a sample for images', () => {
    expect(about('resnet50', 'data', { samples: 50_000 })).toContain(
      '50 k samples for 25.6 M trainable parameters (510 ',
    );
  });

  // 2 x 12,149,538,816 FLOPs a sample at half of 19.5e12 a second: 2.49 ms.
  it.each([
    [50_000, 'about 2.1 minutes'],
    [1_281_167, 'about 53 minutes'],
    [90 * 1_281_167, 'about 3.3 days'],
  ])('tells the time of %i samples in a unit that people read', (samples, words) => {
    expect(about('resnet50', 'training-time', { samples, device: a100 })).toContain(words);
  });

  it('proposes only what is left to do', () => {
    const memory = (batch: number, checkpointing: 'none' | 'full'): string | undefined =>
      about('resnet50', 'activations', { batch, checkpointing });
    expect(memory(64, 'none')).toContain('a smaller batch or checkpointing saves the most');
    expect(memory(64, 'full')).toContain(': a smaller batch saves the most');
    expect(about('llama-2-7b', 'memory', { device: a100 })).toContain('it takes at least 2 of them');
  });
});
