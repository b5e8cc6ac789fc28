import { deviceOf } from '../../core/analysis/index.ts';
import type { Device } from '../../core/analysis/index.ts';
import { THIS_DEVICE, thisDevice } from '../../io/machine/this-device.ts';

/** The device that `--device` names: one of the catalogue, or `this` machine, measured when it is first asked for. */
export async function namedDevice(name: string): Promise<Device> {
  if (name.toLowerCase() !== THIS_DEVICE) return deviceOf(name);
  return thisDevice(async (threads) => {
    const { measureMachine } = await import('../../engine/measure-machine.ts');
    return measureMachine(threads);
  });
}
