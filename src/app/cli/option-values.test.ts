import { describe, expect, it } from 'vitest';
import { namesIn, parseMap, parsePoint, positive } from './option-values.ts';

describe('values of options', () => {
  it('maps keep commas and equals signs within quotes, and refuse a name that comes twice', () => {
    expect(parseMap('params=N, loss="loss, nats=1"')).toEqual({ params: 'N', loss: 'loss, nats=1' });
    expect(() => parseMap('loss=a,loss=b')).toThrow("names 'loss' a second time");
  });

  it('points give all variables of the law, as numbers above 0', () => {
    expect(parsePoint('params=7e9,tokens=1.4e12', ['tokens'])).toEqual({ params: 7e9, tokens: 1.4e12 });
    expect(() => parsePoint('params=7e9', ['params', 'tokens'])).toThrow("the law needs 'tokens'");
    expect(() => parsePoint('params=-1', ['params'])).toThrow('params takes a number above 0');
    expect(() => positive('Infinity', '--flops')).toThrow("--flops takes a number above 0, got 'Infinity'");
  });

  it('lists of names may have spaces', () => {
    expect(namesIn('MMLU, ARC-C')).toEqual(['MMLU', 'ARC-C']);
  });
});
