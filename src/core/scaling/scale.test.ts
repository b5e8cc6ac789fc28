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
