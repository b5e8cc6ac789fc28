import { deviceOf } from '../../core/analysis/index.ts';
import type { Device } from '../../core/analysis/index.ts';
import { lastCalibration } from '../../io/machine/calibration.ts';
import { THIS_DEVICE, thisDevice } from '../../io/machine/this-device.ts';

/** The device that `--device` names: one of the catalogue, or `this` machine, measured when it is first asked for, with what isoflop measure calibrated. */
export async function namedDevice(name: string): Promise<Device> {
  if (name.toLowerCase() !== THIS_DEVICE) return deviceOf(name);
  const device = await thisDevice(async (threads) => {
    const { measureMachine } = await import('../../engine/measure-machine.ts');
    return measureMachine(threads);
  });
  const calibration = lastCalibration();
  return calibration ? { ...device, latency: calibration.latency } : device;
}
