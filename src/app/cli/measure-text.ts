import type { LatencyModel } from '../../core/analysis/latency/calibration.ts';
import type { MeasureDocument } from '../../core/schema/measure.ts';
import { counted } from '../../core/terms/names.ts';
import { percent, table } from './format.ts';
import { byteUnits, countUnits, grouped, secondUnits } from './units.ts';
import { wrap } from './wrap.ts';

/** What an estimate rests on: `calibrated on 104 programs, 1 thread (of unseen ones 4 of 5 within 18 %)`. */
export const calibrationText = ({ programs, threads, error }: LatencyModel): string =>
  `calibrated on ${programs} programs, ${counted(threads, 'thread')} (4 of 5 unseen ones within ${percent(error.p80, 0)})`;

/** With its sign: an estimate that is too short is below 0. */
const offset = (error: number): string => `${error < 0 ? '-' : '+'}${percent(Math.abs(error), 0)}`;

/** What `isoflop measure` prints. */
export function measureText(document: MeasureDocument): string {
  const { model, threads, tokens, device, batches, calibration } = document;
  const origin = model.format === 'family' ? `family ${model.origin}` : model.origin;
  const size = tokens === undefined ? '' : `, ${grouped(tokens)} tokens a sample`;
  return [
    ...wrap(`${model.name} (${origin})${size}, float32 on ${device.title}`),
    '',
    speedTable(batches, tokens),
    '',
    estimateTable(batches),
    '',
    ...wrap(
      `Calibrated: fitted on ${calibration.programs} other programs timed on ${counted(threads, 'thread')} of this machine; of programs that it has not seen half lie within ${percent(calibration.error.median, 0)}, 4 of 5 within ${percent(calibration.error.p80, 0)}. Roofline: from ${countUnits(device.peak.fp32!)} FLOP/s and ${byteUnits(device.bandwidth)}/s alone, as measured.`,
    ),
    ...disturbance(document),
    ...wrap('Cold: making a session, then its first run. Peak: the whole process. p50 counts as the latency.'),
  ].join('\n');
}

const speedTable = (batches: MeasureDocument['batches'], tokens: number | undefined): string =>
  table(
    ['batch', 'p50', 'p90', 'p99', 'runs', tokens === undefined ? 'samples/s' : 'tokens/s', 'cold', 'peak'],
    batches.map(({ batch, p50, p90, p99, runs, samplesPerSecond, cold, peakBytes }) => [
      String(batch),
      ...[p50, p90, p99].map(secondUnits),
      String(runs),
      countUnits(samplesPerSecond * (tokens ?? 1)),
      `${secondUnits(cold.session)} + ${secondUnits(cold.firstRun)}`,
      byteUnits(peakBytes),
    ]),
  );

const estimateTable = (batches: MeasureDocument['batches']): string =>
  table(
    ['batch', 'measured', 'calibrated', 'error', 'roofline', 'error'],
    batches.map(({ batch, p50, calibrated, roofline }) => [
      String(batch),
      ...[p50, calibrated.seconds].map(secondUnits),
      offset(calibrated.error),
      secondUnits(roofline.seconds),
      offset(roofline.error),
    ]),
  );

function disturbance({ batches, threads }: MeasureDocument): string[] {
  const disturbed = batches.reduce((sum, batch) => sum + batch.disturbed, 0);
  if (disturbed === 0) return [];
  const rest = threads === 1 ? ', or count with their processor time where fewer than 5 others remain' : '';
  return wrap(`Other work disturbed ${disturbed} runs: they are left out${rest}.`);
}
