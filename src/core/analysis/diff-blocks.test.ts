import { describe, expect, it } from 'vitest';
import { presetModel } from '../model/families.ts';
import { diffBlocks } from './diff-blocks.ts';
import type { BlockDiff } from './diff-blocks.ts';
import { diffModels } from './diff.ts';

const blocksOf = (a: string, b: string): BlockDiff[] =>
  diffBlocks(diffModels(presetModel(a)!, presetModel(b)!, { tokens: 8 }).layers);

describe('what differs, by blocks', () => {
  it('folds blocks that came into one, whose layers hold what the models differ by', () => {
    const blocks = blocksOf('resnet50', 'resnet101');
    expect(blocks.map(({ name, repeats, status }) => [name, repeats, status])).toEqual([
      ['stage3.block7-23', 17, 'added'],
    ]);
    const added = blocks[0].layers.reduce((sum, { parameters }) => sum + parameters[1], 0);
    // Torchvision: 44,549,160 and 25,557,032 parameters.
    expect(17 * added).toBe(44_549_160 - 25_557_032);
  });

  it('folds blocks that changed alike, each layer once', () => {
    const blocks = blocksOf('llama-3-8b', 'llama-3-70b');
    expect(blocks.map(({ name, repeats, status }) => [name, repeats, status])).toEqual([
      ['embedding', 1, 'changed'],
      ['layers.0-31', 32, 'changed'],
      ['layers.32-79', 48, 'added'],
      ['head', 1, 'changed'],
    ]);
    expect(blocks[1].layers).toHaveLength(4);
  });

  it('keeps blocks apart that changed otherwise', () => {
    const blocks = blocksOf('resnet18', 'resnet50').filter(({ name }) => name.startsWith('stage1'));
    expect(blocks.length).toBeGreaterThan(1);
    expect(new Set(blocks.map(({ name }) => name)).size).toBe(blocks.length);
  });

  it('tells layers that only give another shape from those that changed themselves', () => {
    const blocks = blocksOf('vit_base_patch16_224', 'vit_base_patch16_384');
    const own = blocks.flatMap((block) => block.own.map(({ name }) => name));
    // A larger image changes the table of positions alone: 197 and 577 places.
    expect(own).toHaveLength(1);
    expect(blocks.some((block) => block.own.length === 0 && block.layers.length > 0)).toBe(true);
  });

  it('is empty for a model and itself', () => {
    expect(blocksOf('gpt2', 'gpt2')).toEqual([]);
  });
});
