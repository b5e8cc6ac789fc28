import { IsoflopError } from '../../terms/errors.ts';
import { didYouMean } from '../../terms/names.ts';

type Quantity = 'count' | 'seconds' | 'bytes';

/** What a target may bound, and in what it is measured. */
export const METRICS = {
  params: 'count',
  nonEmbedding: 'count',
  active: 'count',
  macs: 'count',
  flops: 'count',
  trainingFlops: 'count',
  activations: 'count',
  memory: 'bytes',
  trainingMemory: 'bytes',
  latency: 'seconds',
  trainingTime: 'seconds',
} as const satisfies Record<string, Quantity>;

/**
 * `params`, `nonEmbedding`, `active`: parameters by convention. `macs`, `flops`: forward, of one batch; `trainingFlops`: of the whole
 * training on `--samples`. `activations`: elements that convolutions and products give. `memory`: bytes to predict;
 * `trainingMemory`: bytes of a training step. `latency`: seconds of a batch on `--device`, calibrated or by its roofline; `trainingTime`: of the whole training.
 */
export type Metric = keyof typeof METRICS;

export interface Target {
  readonly metric: Metric;
  readonly relation: '<=' | '>=' | '=';
  /** In raw units: a count, bytes, seconds. */
  readonly value: number;
  /** Of an equality: the share of the value by which it may be missed. */
  readonly tolerance: number;
}

/** Everything that a scaled model must fulfil, and what is to be large or small among those that do. */
export interface Goal {
  readonly targets: readonly Target[];
  readonly optimize?: { readonly metric: Metric; readonly direction: 'maximize' | 'minimize' };
}

/** Share of the value by which an equality may be missed where the target does not say. */
export const DEFAULT_TOLERANCE = 0.01;

const FACTORS: Readonly<Record<Quantity, Readonly<Record<string, number>>>> = {
  count: { '': 1, k: 1e3, K: 1e3, M: 1e6, B: 1e9, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  seconds: { s: 1, ms: 1e-3, us: 1e-6, min: 60, h: 3600, d: 86_400 },
  bytes: {
    B: 1,
    kB: 1e3,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    KiB: 2 ** 10,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
    TiB: 2 ** 40,
  },
};

const CLAUSE =
  /^(?<metric>[A-Za-z]+)\s*(?<relation><=|>=|==?|≤|≥|<|>)\s*(?<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?<unit>[A-Za-z]*)\s*(?:at\s+(?<share>\d+(?:\.\d+)?)\s*%\s*)?(?:(?:\+-|±|\+\/-)\s*(?<tolerance>\d+(?:\.\d+)?)\s*%)?$/;
const OPTIMIZE = /^(?<direction>maximi[sz]e|minimi[sz]e)\s+(?<metric>[A-Za-z]+)$/;

/**
 * Reads targets such as `params <= 10M, latency <= 5ms, memory <= 2GB`, `params = 1e9 +- 1%`, `flops <= 4G, maximize params`.
 * `trainingFlops <= 8h at 40%` is what a device does in that time at 40 % of its peak; `peak` is its operations a second
 * (of bfloat16: shares are told of that).
 * Throws `invalid-input` with the place of what does not fit.
 */
export function parseGoal(text: string, peak?: number): Goal {
  const targets: Target[] = [];
  let optimize: Goal['optimize'];
  let position = 0;
  for (const part of text.split(',')) {
    const at = position + part.length - part.trimStart().length;
    position += part.length + 1;
    const wish = OPTIMIZE.exec(part.trim())?.groups;
    if (wish)
      optimize = {
        metric: metricOf(wish.metric, text, at),
        direction: wish.direction.startsWith('max') ? 'maximize' : 'minimize',
      };
    else targets.push(parseTarget(part.trim(), text, at, peak));
  }
  if (targets.length === 0) throw fault('a target bounds something', text, 0, 'Such as "params <= 10M".');
  return optimize ? { targets, optimize } : { targets };
}

function fault(message: string, text: string, position: number, hint: string): IsoflopError {
  return new IsoflopError('invalid-input', message, { path: '--target', excerpt: { text, position }, hint });
}

function parseTarget(part: string, text: string, at: number, peak: number | undefined): Target {
  const groups = CLAUSE.exec(part)?.groups;
  if (!groups)
    throw fault(
      `'${part}' is no target`,
      text,
      at,
      'Such as "params <= 10M", "latency <= 5ms", "memory <= 2GB" or "params = 1e9 +- 1%".',
    );
  const metric = metricOf(groups.metric, text, at);
  const place = at + part.indexOf(groups.number);
  const isBudget = metric === 'trainingFlops' && Object.hasOwn(FACTORS.seconds, groups.unit);
  if (groups.share !== undefined && !isBudget)
    throw fault('a share of the peak goes with a time', text, place, 'Such as "trainingFlops <= 8h at 40%".');
  const factor = isBudget
    ? FACTORS.seconds[groups.unit] * rateOf(groups.share, peak, text, place)
    : factorOf(metric, groups.unit, text, place);
  const value = Number(groups.number.replaceAll('_', '')) * factor;
  if (!(value > 0 && value < Infinity))
    throw fault(`${groups.number} is no size`, text, place, 'Take a number above 0.');
  const relation = groups.relation.startsWith('=')
    ? '='
    : groups.relation === '<' || groups.relation === '<=' || groups.relation === '≤'
      ? '<='
      : '>=';
  const tolerance = groups.tolerance === undefined ? DEFAULT_TOLERANCE : Number(groups.tolerance) / 100;
  return { metric, relation, value, tolerance: relation === '=' ? tolerance : 0 };
}

/** Operations a second of a device at a share of its peak. */
function rateOf(share: string | undefined, peak: number | undefined, text: string, place: number): number {
  if (peak === undefined)
    throw fault('a budget of time depends on a device, and none is named', text, place, 'Name one with --device.');
  if (share === undefined || !(Number(share) > 0 && Number(share) <= 100))
    throw fault(
      'a budget of time needs the share of the peak that training reaches, above 0 and up to 100 %',
      text,
      place,
      'Such as "trainingFlops <= 8h at 40%".',
    );
  return (peak * Number(share)) / 100;
}

function metricOf(name: string, text: string, at: number): Metric {
  if (Object.hasOwn(METRICS, name)) return name as Metric;
  const names = Object.keys(METRICS);
  throw fault(
    `nothing is called '${name}'`,
    text,
    at,
    `${didYouMean(name, names)}Targets bound ${names.join(', ')}.`.trim(),
  );
}

function factorOf(metric: Metric, unit: string, text: string, at: number): number {
  const factors = FACTORS[METRICS[metric]];
  if (Object.hasOwn(factors, unit)) return factors[unit];
  const units = Object.keys(factors).filter((name) => name !== '');
  const got = unit === '' ? 'no unit' : `'${unit}'`;
  throw fault(
    `${metric} is measured in ${METRICS[metric] === 'count' ? 'a count' : METRICS[metric]}, got ${got}`,
    text,
    at,
    `Take one of ${units.join(', ')}.`,
  );
}

/** Whether a value fulfils a target. */
export function fulfils(target: Target, value: number): boolean {
  if (target.relation === '<=') return value <= target.value;
  if (target.relation === '>=') return value >= target.value;
  return Math.abs(value - target.value) <= target.tolerance * target.value;
}
