import { describe, expect, it } from 'vitest';
import type { Graph } from '../../graph/types.ts';
import { presetModel } from '../families.ts';
import type { DeclaredKnob, Model } from '../model.ts';

const knob = (name: string, path: string): DeclaredKnob =>
  presetModel(name)!.family!.knobs.find((one) => one.path === path)!;

const turned = (model: Model, values: Readonly<Record<string, number>>): Graph =>
  model.apply(Object.entries(values).map(([path, value]) => ({ kind: 'parameter', path, value }))).lower({ tokens: 4 });

describe('knobs of a transformer', () => {
  it('keep the size of a head: the width moves in whole heads', () => {
    expect(knob('gpt2', 'width')).toMatchObject({ value: 768, step: 64 });
    expect(knob('gpt2', 'attention.heads')).toMatchObject({ value: 12, step: 1, follows: 'width' });
  });

  it('keep key-value heads a divisor of the heads by the finer of two steps', () => {
    // 32 heads share 8: the share stays, 4 heads a step. 64 share 8: the number may stay, 8 heads a step.
    expect(knob('llama-3-8b', 'attention.kvHeads')).toMatchObject({ follows: 'attention.heads' });
    expect(knob('llama-3-8b', 'width').step).toBe(4 * 128);
    expect(knob('llama-3-70b', 'attention.kvHeads').follows).toBeUndefined();
    expect(knob('llama-3-70b', 'width').step).toBe(8 * 128);
    expect(knob('gemma-2b', 'width').step).toBe(256);
  });

  it('keep patterns and dense blocks whole', () => {
    expect(knob('gemma-2-2b', 'depth').step).toBe(2);
    expect(knob('deepseek-v3', 'depth').minimum).toBe(4);
    expect(knob('deepseek-v3', 'experts.routed')).toMatchObject({ value: 256, step: 8, minimum: 8 });
    expect(knob('mixtral-8x7b', 'feedForward.hidden')).toBeUndefined();
    expect(knob('vit_base_patch16_224', 'image')).toMatchObject({ axis: 'resolution', value: 224, step: 16 });
  });

  it('turn into models of those sizes', () => {
    const graph = turned(presetModel('gpt2')!, {
      depth: 3,
      width: 128,
      'attention.heads': 2,
      'feedForward.hidden': 512,
    });
    const shapes = new Map(graph.parameters.map(({ parameter }) => [parameter.name, parameter.shape]));
    expect(shapes.get('transformer.h.2.attn.c_attn.weight')).toEqual([128, 384]);
    expect(shapes.get('transformer.h.2.mlp.c_fc.weight')).toEqual([128, 512]);
    expect(shapes.has('transformer.h.3.ln_1.weight')).toBe(false);
  });

  it.each([
    ['gpt2', { width: 770 }, '12 heads do not divide the width 770'],
    ['llama-3-8b', { 'attention.kvHeads': 5 }, '5 key-value heads do not divide the 32 heads'],
    ['llama-7b', { width: 4128 }, 'rotary positions want an even number of rotated channels a head, got 129'],
    ['mixtral-8x7b', { 'experts.active': 9 }, 'each token is to meet 9 of 8 experts'],
    ['bert-base', { heads: 7 }, '7 heads do not divide the width 768'],
    ['vit_tiny_patch16_224', { image: 8 }, 'no patch of 16 x 16 fits into 8 x 8 pixels'],
  ])('%s with %j is refused with what is possible', (name, values, words) => {
    try {
      turned(presetModel(name)!, values as Record<string, number>);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid-input', message: expect.stringContaining(words) as string });
      expect((error as { hint: string }).hint).toMatch(/^Take /);
    }
  });

  it('positions of a table end where it ends', () => {
    expect(() => presetModel('gpt2')!.lower({ tokens: 1025 })).toThrow('positions for 1024 tokens, asked for 1025');
    expect(() => presetModel('bert-base')!.lower({ tokens: 513 })).toThrow('positions for 512 tokens');
    expect(presetModel('llama-7b')!.lower({ tokens: 4000 }).operators.length).toBeGreaterThan(100);
  });
});
