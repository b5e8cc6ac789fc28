import { IsoflopError } from '../terms/errors.ts';
import type { LatencyModel } from './latency/calibration.ts';
import { listed, nearNames } from '../terms/names.ts';

/** Precisions of a device's peaks. `tf32`: float32 inputs rounded to 10 bits of mantissa, on NVIDIA's tensor cores. */
export type DevicePrecision = 'fp32' | 'tf32' | 'fp16' | 'bf16' | 'fp8' | 'int8';

/** A device as its maker describes it. Peaks are dense: makers like to print twice as much, for matrices half of zeros. */
export interface Device {
  /** Lower case, such as `h100-sxm`. */
  readonly name: string;
  readonly title: string;
  /** Dense operations a second, a multiply-accumulate counted as two; what a device lacks is left out. */
  readonly peak: Readonly<Partial<Record<DevicePrecision, number>>>;
  readonly memoryBytes: number;
  /** Bytes a second between memory and processor. */
  readonly bandwidth: number;
  /** Whether these are speeds that were reached, not peaks that a maker promises. */
  readonly measured?: boolean;
  readonly source: string;
  /** What predictions take, where it was calibrated. */
  readonly latency?: LatencyModel;
}

const T = 1e12;
const GIB = 2 ** 30;
const GB_PER_SECOND = 1e9;

type Peaks = Device['peak'];
/** Peaks in tera-operations a second. */
const tera = (peaks: Peaks): Peaks =>
  Object.fromEntries(Object.entries(peaks).map(([precision, value]) => [precision, value * T]));

const device = (
  name: string,
  title: string,
  peak: Peaks,
  [gibibytes, gigabytesPerSecond]: readonly [number, number],
  source: string,
): Device => ({
  name,
  title,
  peak: tera(peak),
  memoryBytes: gibibytes * GIB,
  bandwidth: gigabytesPerSecond * GB_PER_SECOND,
  source,
});

const AMPERE: Peaks = { fp32: 19.5, tf32: 156, fp16: 312, bf16: 312, int8: 624 };
const HOPPER: Peaks = { fp32: 67, tf32: 494.7, fp16: 989.4, bf16: 989.4, fp8: 1978.9, int8: 1978.9 };
const SHARED = 'the largest memory sold, shared with the processor';
const SPARSE = 'the sheet prints sparse peaks, halved here';

export const DEVICES: readonly Device[] = [
  device('p100', 'NVIDIA P100 SXM2', { fp32: 10.6, fp16: 21.2 }, [16, 732], 'NVIDIA P100 data sheet, 2016'),
  device('v100', 'NVIDIA V100 SXM2 32 GB', { fp32: 15.7, fp16: 125 }, [32, 900], 'NVIDIA V100 data sheet, 2020'),
  device('t4', 'NVIDIA T4', { fp32: 8.1, fp16: 65, int8: 130 }, [16, 320], 'NVIDIA T4 data sheet, 2019 (320+ GB/s)'),
  device('a100-40', 'NVIDIA A100 SXM4 40 GB', AMPERE, [40, 1555], 'NVIDIA A100 data sheet, 2021'),
  device('a100-80', 'NVIDIA A100 SXM4 80 GB', AMPERE, [80, 2039], 'NVIDIA A100 data sheet, 2021'),
  device(
    'a10',
    'NVIDIA A10',
    { fp32: 31.2, tf32: 62.5, fp16: 125, bf16: 125, int8: 250 },
    [24, 600],
    'NVIDIA A10 data sheet, 2021',
  ),
  device(
    'a10g',
    'NVIDIA A10G',
    { fp32: 31.52, tf32: 35, fp16: 70, bf16: 70, int8: 140 },
    [24, 600],
    `NVIDIA A10G data sheet, 2021; ${SPARSE}`,
  ),
  device(
    'l4',
    'NVIDIA L4',
    { fp32: 30.3, tf32: 60, fp16: 121, bf16: 121, fp8: 242.5, int8: 242.5 },
    [24, 300],
    `NVIDIA L4 data sheet, 2023; ${SPARSE}`,
  ),
  device(
    'l40s',
    'NVIDIA L40S',
    { fp32: 91.6, tf32: 183, fp16: 362.05, bf16: 362.05, fp8: 733, int8: 733 },
    [48, 864],
    'NVIDIA L40S data sheet, 2023',
  ),
  device('h100-sxm', 'NVIDIA H100 SXM5', HOPPER, [80, 3350], `NVIDIA H100 data sheet, 2023; ${SPARSE}`),
  device(
    'h100-pcie',
    'NVIDIA H100 PCIe',
    { fp32: 51, tf32: 378, fp16: 756, bf16: 756, fp8: 1513, int8: 1513 },
    [80, 2000],
    `NVIDIA H100 data sheet, 2022; ${SPARSE}`,
  ),
  device('h200', 'NVIDIA H200 SXM', HOPPER, [141, 4800], `NVIDIA H200 data sheet, 2024; ${SPARSE}`),
  device(
    'b200',
    'NVIDIA B200 SXM',
    { fp32: 75, tf32: 1100, fp16: 2250, bf16: 2250, fp8: 4500, int8: 4500 },
    [180, 7700],
    `NVIDIA DGX B200 data sheet, 2024, divided by its 8 devices; ${SPARSE}`,
  ),
  device(
    'rtx-a6000',
    'NVIDIA RTX A6000',
    { fp32: 38.7, tf32: 77.4, fp16: 154.8, bf16: 154.8, int8: 309.7 },
    [48, 768],
    `NVIDIA RTX A6000 data sheet, 2021; ${SPARSE}`,
  ),
  device(
    'rtx3090',
    'NVIDIA GeForce RTX 3090',
    { fp32: 35.6, tf32: 35.6, fp16: 71, bf16: 71, int8: 284 },
    [24, 936],
    'NVIDIA Ampere GA102 white paper, table 9; 16-bit products summed in float32',
  ),
  device(
    'rtx4090',
    'NVIDIA GeForce RTX 4090',
    { fp32: 82.6, tf32: 82.6, fp16: 165.2, bf16: 165.2, fp8: 330.3, int8: 660.6 },
    [24, 1008],
    'NVIDIA Ada white paper, appendix A; 16-bit and 8-bit products summed in float32',
  ),
  device(
    'rtx5090',
    'NVIDIA GeForce RTX 5090',
    { fp32: 104.8, tf32: 104.8, fp16: 209.5, bf16: 209.5, fp8: 419, int8: 838 },
    [32, 1792],
    'NVIDIA RTX Blackwell white paper, appendix A; 16-bit and 8-bit products summed in float32',
  ),
  device(
    'mi250x',
    'AMD Instinct MI250X',
    { fp32: 95.7, fp16: 383, bf16: 383, int8: 383 },
    [128, 3276.8],
    'AMD Instinct MI250X data sheet, 2021; both dies; float32 of the matrix cores',
  ),
  device(
    'mi300x',
    'AMD Instinct MI300X',
    { fp32: 163.4, tf32: 653.7, fp16: 1307.4, bf16: 1307.4, fp8: 2614.9, int8: 2614.9 },
    [192, 5300],
    'AMD Instinct MI300X data sheet, 2023',
  ),
  device('tpu-v4', 'Google TPU v4 chip', { bf16: 275, int8: 275 }, [32, 1228], 'Google Cloud documentation, TPU v4'),
  device('tpu-v5e', 'Google TPU v5e chip', { bf16: 197, int8: 393 }, [16, 819], 'Google Cloud documentation, TPU v5e'),
  device('tpu-v5p', 'Google TPU v5p chip', { bf16: 459, int8: 918 }, [95, 2765], 'Google Cloud documentation, TPU v5p'),
  device(
    'tpu-v6e',
    'Google TPU v6e chip',
    { bf16: 918, int8: 1836 },
    [32, 1640],
    'Google Cloud documentation, TPU v6e (Trillium)',
  ),
  device(
    'm1',
    'Apple M1, 8-core GPU',
    { fp32: 2.6 },
    [16, 68.25],
    `Apple newsroom, November 2020; LPDDR4X-4266 of 128 bits; ${SHARED}`,
  ),
  device('m1-pro', 'Apple M1 Pro, 16-core GPU', { fp32: 5.2 }, [32, 200], `Apple newsroom, October 2021; ${SHARED}`),
  device('m1-max', 'Apple M1 Max, 32-core GPU', { fp32: 10.4 }, [64, 400], `Apple newsroom, October 2021; ${SHARED}`),
  device('m1-ultra', 'Apple M1 Ultra, 64-core GPU', { fp32: 21 }, [128, 800], `Apple newsroom, March 2022; ${SHARED}`),
  device('m2', 'Apple M2, 10-core GPU', { fp32: 3.6 }, [24, 100], `Apple newsroom, June 2022; ${SHARED}`),
];

/** The device of a name, of the catalogue or of those given beside it (this machine, as measured). */
export function deviceOf(name: string, others: readonly Device[] = []): Device {
  const all = [...DEVICES, ...others];
  const found = all.find((candidate) => candidate.name === name.toLowerCase());
  if (found) return found;
  const near = nearNames(
    name,
    all.map((candidate) => candidate.name),
  );
  throw new IsoflopError('invalid-input', `no device is called '${name}'`, {
    hint: `${near.length > 0 ? `Near names: ${listed(near)}. ` : ''}isoflop devices lists them all; this is the machine at hand, measured.`,
  });
}
