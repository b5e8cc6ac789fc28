import { describe, expect, it } from 'vitest';
import { presetModel } from '../model/families.ts';
import type { Model } from '../model/model.ts';
import { IsoflopError } from '../terms/errors.ts';
import { scaleModel } from './scale.ts';

const resnet = presetModel('resnet18')!;

describe('a model that does not fit together at its new sizes', () => {
  it('is refused with the layer that prevents it', () => {
    const fault = new IsoflopError('invalid-input', '[1,3] and [1,2] do not broadcast', { path: "layer 'mix'" });
    const broken: Model = {
      ...resnet,
      lower: () => {
        throw fault;
      },
    };
    const error = (() => {
      try {
        scaleModel({ ...resnet, apply: () => broken }, { rule: 'axes', width: 1.5 });
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })();
    expect(error).toMatchObject({
      code: 'not-identifiable',
      path: "layer 'mix'",
      message: expect.stringContaining('do not broadcast') as string,
      hint: expect.stringContaining('another axis') as string,
    });
  });
});

describe('heads of keys and values', () => {
  it('are shared out anew: LLaMA-7B with 8 of them', () => {
    const { before, after, achieved, repairs } = scaleModel(presetModel('llama-7b')!, { rule: 'axes', kvHeads: 0.25 });
    // Keys and values of 32 blocks: 4096 inputs, 24 heads of 128 fewer.
    expect(before.params - after.params).toBe(2 * 32 * 4096 * 24 * 128);
    expect([achieved.kvHeads, repairs]).toEqual([0.25, []]);
  });

  it('divide the heads', () => {
    const { achieved, repairs } = scaleModel(presetModel('llama-3.2-1b')!, { rule: 'axes', kvHeads: 1.6 });
    expect(achieved.kvHeads).toBe(2);
    expect(repairs).toEqual([
      { at: 'attention.kvHeads', from: 8, nominal: 12.8, to: 16, reason: 'a divisor of 32 heads' },
    ]);
  });

  it('are refused where there are none', () => {
    expect(() => scaleModel(resnet, { rule: 'axes', kvHeads: 2 })).toThrow('no heads of keys and values');
  });
});
