import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { analyzeModel, deviceOf, precisionRecipe } from '../../core/analysis/index.ts';
import { presetModel } from '../../core/model/index.ts';
import { thisDevice } from './this-device.ts';

const folder = mkdtempSync(join(tmpdir(), 'isoflop device '));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SPEED = { flopsPerSecond: 1e11, bytesPerSecond: 2e10 };

describe('this machine as a device', () => {
  it('is measured once, and again where the kept file is broken', async () => {
    let measured = 0;
    const measure = async (): Promise<typeof SPEED> => (measured++, SPEED);
    const first = await thisDevice(measure, folder);
    expect(first).toMatchObject({ name: 'this', peak: { fp32: 1e11 }, bandwidth: 2e10, memoryBytes: totalmem() });
    expect(await thisDevice(measure, folder)).toEqual(first);
    expect(measured).toBe(1);
    const [file] = readdirSync(folder);
    writeFileSync(join(folder, file), '{"name": "this"');
    expect(await thisDevice(measure, folder)).toEqual(first);
    expect(measured).toBe(2);
  });

  it('is measured where nothing can be kept', async () => {
    const { bandwidth } = await thisDevice(async () => SPEED, '/dev/null/none');
    expect(bandwidth).toBe(2e10);
  });

  it('gives times at the speeds reached, a catalogued device at a part of its peaks', async () => {
    const device = await thisDevice(async () => SPEED, folder);
    const secondsOn = (one: typeof device): number =>
      analyzeModel(presetModel('resnet50')!, { device: one, recipe: precisionRecipe('fp32-adam') }).time!
        .trainingSeconds;
    // 12,149,538,816 multiply-accumulates a step.
    expect(secondsOn(device)).toBeCloseTo((2 * 12_149_538_816) / 1e11, 9);
    expect(secondsOn(deviceOf('v100'))).toBeCloseTo((2 * 12_149_538_816) / (15.7e12 * 0.5), 9);
  });
});
