import type { ConfigReader } from './config-reader.ts';

/** Sliding windows as options of attention. */
export interface Windows {
  readonly slidingWindow?: number;
  readonly slidingLayers?: readonly boolean[];
}

/** The shortest list that gives the whole when it is repeated. */
export function shortestPeriod<T>(values: readonly T[]): readonly T[] {
  const fits = (period: number): boolean => values.every((value, index) => value === values[index % period]);
  const period = values.findIndex((_, index) => index > 0 && fits(index));
  return period < 0 ? values : values.slice(0, period);
}

/**
 * Windows of the layers that `layer_types` calls sliding. Without that list, of those that the class slides: `slides` says
 * it of each layer.
 */
export function windows(config: ConfigReader, slides: (layer: number) => boolean, key = 'sliding_window'): Windows {
  const window = config.optionalInt(key, 0);
  if (!window) return {};
  const depth = config.layers('num_hidden_layers');
  const types = config.list('layer_types');
  if (types.length > 0 && types.length !== depth)
    throw config.unlike('layer_types', `a list with one entry for each of ${depth} layers`);
  const slidingLayers = Array.from({ length: depth }, (_, layer) =>
    types.length > 0 ? types[layer] === 'sliding_attention' : slides(layer),
  );
  if (!slidingLayers.includes(true)) return {};
  return { slidingWindow: window, slidingLayers: shortestPeriod(slidingLayers) };
}

/** One window for every layer, of classes that read no `layer_types`. */
export function oneWindow(config: ConfigReader): Windows {
  const slidingWindow = config.optionalInt('sliding_window', 0);
  return slidingWindow ? { slidingWindow } : {};
}
