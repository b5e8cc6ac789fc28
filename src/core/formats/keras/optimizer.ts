import type { Parameter } from '../../graph/parameter.ts';
import { sizeOf } from '../../graph/sizes.ts';
import type { JsonCursor } from '../json/cursor.ts';

/** Values that an optimizer keeps beside one trained weight. */
type Kept = (weight: Parameter, config: JsonCursor) => number;

const copies =
  (count: (config: JsonCursor) => number): Kept =>
  (weight, config) =>
    count(config) * sizeOf(weight.shape);

const isOn = (config: JsonCursor, key: string): number => {
  const value = config.isObject ? config.find(key)?.value : undefined;
  return value !== undefined && value !== false && value !== 0 ? 1 : 0;
};

/** Keras's optimizers by class. Checked against Keras 3.15.1 after a fit. */
const KEPT: Readonly<Record<string, Kept>> = {
  SGD: copies((config) => isOn(config, 'momentum')),
  RMSprop: copies((config) => 1 + isOn(config, 'momentum') + isOn(config, 'centered')),
  Adam: copies((config) => 2 + isOn(config, 'amsgrad')),
  AdamW: copies((config) => 2 + isOn(config, 'amsgrad')),
  Nadam: copies(() => 2),
  Adamax: copies(() => 2),
  Adagrad: copies(() => 1),
  Adadelta: copies(() => 2),
  Ftrl: copies(() => 2),
  Lion: copies(() => 1),
  Lamb: copies(() => 2),
  Adafactor: ({ shape }) => sizeOf(shape) + factorsOf(shape),
  Muon: ({ shape, role }) => sizeOf(shape) * (shape.length !== 2 || role === 'embedding' ? 2 : 1),
};

/** Rows and columns of the last two axes; a placeholder each for vectors. */
const factorsOf = (shape: readonly number[]): number =>
  shape.length < 2 ? 2 : sizeOf(shape.slice(0, -1)) + sizeOf([...shape.slice(0, -2), ...shape.slice(-1)]);

/**
 * Values that the optimizer of a compiled model keeps once it was fitted: moments of every trained weight, the number of
 * steps, the learning rate where no schedule gives it. Undefined for an optimizer that is not Keras's own.
 */
export function fittedVariables(optimizer: JsonCursor, trained: readonly Parameter[]): number | undefined {
  const name = normalized(optimizer.isObject ? String(optimizer.find('class_name')?.value) : String(optimizer.value));
  const config = (optimizer.isObject ? optimizer.find('config') : undefined) ?? optimizer;
  const inner = config.isObject ? config.find('inner_optimizer') : undefined;
  if (name === 'lossscaleoptimizer' && inner) return plus(fittedVariables(inner, trained), SCALES);
  const kept = Object.entries(KEPT).find(([known]) => normalized(known) === name)?.[1];
  if (kept === undefined) return undefined;
  const extra = isOn(config, 'use_ema') + isOn(config, 'gradient_accumulation_steps');
  const moments = trained.reduce((sum, weight) => sum + kept(weight, config) + extra * sizeOf(weight.shape), 0);
  const hasSchedule = config.isObject && config.find('learning_rate')?.isObject === true;
  return moments + (hasSchedule ? 1 : 2) + (name === 'nadam' ? 1 : 0);
}

/** Of a loss scale: its own steps and learning rate, the counter and the scale. */
const SCALES = 4;

const plus = (count: number | undefined, more: number): number | undefined =>
  count === undefined ? undefined : count + more;

const normalized = (name: string): string => name.toLowerCase().replaceAll('_', '');
