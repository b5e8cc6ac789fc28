import { describe, expect, it } from 'vitest';
import { IsoflopError } from '../../terms/errors.ts';
import { fulfils, parseGoal } from './goal.ts';

function faultOf(text: string): IsoflopError {
  try {
    parseGoal(text);
  } catch (error) {
    if (error instanceof IsoflopError) return error;
  }
  throw new Error(`'${text}' was read`);
}

describe('targets', () => {
  it('reads bounds with units', () => {
    const { targets } = parseGoal('params <= 10M, latency <= 5ms, memory <= 2GB, macs>=1_000, trainingMemory < 8 GiB');
    expect(targets.map(({ metric, relation, value }) => [metric, relation, value])).toEqual([
      ['params', '<=', 10e6],
      ['latency', '<=', 0.005],
      ['memory', '<=', 2e9],
      ['macs', '>=', 1000],
      ['trainingMemory', '<=', 8 * 2 ** 30],
    ]);
  });

  it('reads equalities with a tolerance, one per cent where none is told', () => {
    expect(parseGoal('params = 1e9 +- 2%').targets[0]).toMatchObject({ relation: '=', value: 1e9, tolerance: 0.02 });
    expect(parseGoal('params = 1.5B').targets[0].tolerance).toBe(0.01);
    expect(fulfils(parseGoal('params = 100 ± 3 %').targets[0], 103)).toBe(true);
    expect(fulfils(parseGoal('params = 100 ± 3 %').targets[0], 104)).toBe(false);
  });

  it('reads what is to be large or small', () => {
    expect(parseGoal('latency <= 5 ms, maximize params').optimize).toEqual({ metric: 'params', direction: 'maximize' });
    expect(parseGoal('params >= 5M, minimise flops').optimize).toEqual({ metric: 'flops', direction: 'minimize' });
  });

  it.each([
    ['parms <= 3M', "nothing is called 'parms'", 0],
    ['params <= 3M, latency <= 5', 'latency is measured in seconds, got no unit', 25],
    ['params <= 3ms', "params is measured in a count, got 'ms'", 10],
    ['memory <= 2M', "memory is measured in bytes, got 'M'", 10],
    ['params ~ 3', "'params ~ 3' is no target", 0],
    ['params <= 0', '0 is no size', 10],
    ['', "'' is no target", 0],
    ['maximize params', 'a target bounds something', 0],
  ])('refuses %j', (text, message, position) => {
    const error = faultOf(text);
    expect(error.message).toContain(message);
    expect(error.excerpt?.position).toBe(position);
  });
});
