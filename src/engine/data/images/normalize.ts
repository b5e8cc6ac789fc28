import type { ImagesData } from '../../../core/schema/data.ts';
import type { Images } from '../../../core/terms/dataset.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';

const LEVELS = 256;

/** Mean and deviation of each channel, of pixels scaled to 0..1. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Statistics of the given images, exact: each of the 256 levels is counted. A channel that never changes has deviation 1. */
export function channelStatistics({ height, width, channels, pixels }: Images, rows: Uint32Array): ChannelStatistics {
  const counts = Array.from({ length: channels }, () => new Float64Array(LEVELS));
  const size = height * width * channels;
  for (const row of rows)
    for (let index = row * size, end = index + size; index < end;)
      for (let channel = 0; channel < channels; channel++) counts[channel][pixels[index++]] += 1;
  const facts = counts.map((levels) => {
    const total = rows.length * height * width;
    const mean = levels.reduce((sum, count, level) => sum + count * level, 0) / total / (LEVELS - 1);
    const squares = levels.reduce((sum, count, level) => sum + count * (level / (LEVELS - 1) - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(squares / total) || 1 };
  });
  return { mean: facts.map(({ mean }) => mean), deviation: facts.map(({ deviation }) => deviation) };
}

/** What each of the 256 levels becomes, by channel. */
export function levelTables(normalize: ImagesData['normalize'], fitted: ChannelStatistics): readonly Float32Array[] {
  const { mean, deviation } = statisticsFor(normalize, fitted);
  return Array.from({ length: fitted.mean.length }, (_, channel) =>
    Float32Array.from({ length: LEVELS }, (__, level) => (level / (LEVELS - 1) - mean[channel]) / deviation[channel]),
  );
}

function statisticsFor(normalize: ImagesData['normalize'], fitted: ChannelStatistics): ChannelStatistics {
  const channels = fitted.mean.length;
  if (normalize === 'fitted') return fitted;
  if (normalize === 'unit') return { mean: Array(channels).fill(0), deviation: Array(channels).fill(1) };
  if (normalize.mean.length === channels && normalize.deviation.length === channels) return normalize;
  throw new IsoflopError(
    'invalid-input',
    `normalize states ${normalize.mean.length} means; images have ${channels} channels`,
    { path: 'data.normalize', hint: 'State one mean and one deviation a channel.' },
  );
}
