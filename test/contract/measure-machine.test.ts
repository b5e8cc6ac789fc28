import { describe, expect, it } from 'vitest';
import { measureMachine } from '../../src/engine/measure-machine.ts';

describe('the speed of this machine', () => {
  it('lies between a slow core and a large server', async () => {
    const { flopsPerSecond, bytesPerSecond } = await measureMachine(1);
    expect(flopsPerSecond).toBeGreaterThan(1e8);
    expect(flopsPerSecond).toBeLessThan(1e14);
    expect(bytesPerSecond).toBeGreaterThan(1e8);
    expect(bytesPerSecond).toBeLessThan(1e13);
  });
});
