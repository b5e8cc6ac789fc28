import { describe, expect, it } from 'vitest';
import { closest, didYouMean, editDistance, isReserved, listed, nearNames } from './names.ts';

describe('editDistance', () => {
  it.each([
    ['params', 'parms', 1],
    ['alpha', 'alhpa', 1],
    ['tokens', 'token', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
  ])('from %s to %s is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('closest', () => {
  it.each([
    ['parms', 'params'],
    ['Loss', 'loss'],
    ['unqiueTokesn', 'uniqueTokens'],
    ['beta', undefined],
    ['E', undefined],
    ['los', undefined],
    ['params', undefined],
  ])('to %s is %s', (name, near) => {
    expect(closest(name, ['params', 'loss', 'uniqueTokens', 'N', 'D'])).toBe(near);
  });

  it('is kinder where the name must be among them', () => {
    expect(didYouMean('los', ['params', 'loss'])).toBe("Did you mean 'loss'? ");
    expect(didYouMean('x', ['y'])).toBe('');
  });
});

describe('listed', () => {
  it('cuts a long list', () => {
    expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  });
});

describe('isReserved', () => {
  it.each(['__proto__', 'constructor', 'toString'])('%s', (name) => expect(isReserved(name)).toBe(true));
  it('no other', () => expect(isReserved('params')).toBe(false));
});

describe('names that were meant', () => {
  const names = ['resnet50', 'resnet101', 'vit_base_patch16_224', 'mobilenet-v2-100', 'h100-sxm', 'h100-pcie', 'v100'];
  it.each([
    ['h100', ['h100-sxm', 'h100-pcie']],
    ['mobilenetv2', ['mobilenet-v2-100']],
    ['vit-b-16', ['vit_base_patch16_224']],
    ['resnet5O', ['resnet50']],
    ['resnet-9000', ['resnet50', 'resnet101']],
    ['xyz', []],
  ])('%s', (asked, near) => {
    expect(nearNames(asked, names)).toEqual(near);
  });
});
