import { z } from 'zod';
import { deviceSchema } from './analysis.ts';

/** `isoflop devices --json`. */
export const devicesSchema = z
  .object({
    schema: z.literal('isoflop.devices/1').describe('Name and version of this format.'),
    devices: z.array(deviceSchema).describe('All of the catalogue, or the one that was asked for.'),
  })
  .describe('Devices that costs are reckoned for, each with its source.');
