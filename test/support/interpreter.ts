/** Forward graphs in double precision, by plain loops: what programs and derivatives are held against. Slow; for small graphs. */
import { filterAxes, imageAxes, paddingOf } from '../../src/core/graph/spatial.ts';
import { BINARY, UNARY, equationAt, erf, resizeShares, rotaryAt } from './reference-functions.ts';
import type { Activation, Attributes, Graph, Operator, TensorId } from '../../src/core/graph/types.ts';

export type Values = ReadonlyMap<TensorId, Float64Array>;

interface Read {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** All places of a shape in row-major order. */
function* placesOf(shape: readonly number[]): Generator<number[]> {
  const place = shape.map(() => 0);
  for (let count = sizeOf(shape); count > 0; count--) {
    yield place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++place[axis] < shape[axis]) break;
      place[axis] = 0;
    }
  }
}

const indexOf = (shape: readonly number[], place: readonly number[]): number =>
  place.reduce((index, at, axis) => index * shape[axis] + at, 0);

/** The value at a place of a larger shape that the tensor is broadcast to. */
function spread({ shape, values }: Read, place: readonly number[]): number {
  const missing = place.length - shape.length;
  return values[
    indexOf(
      shape,
      shape.map((extent, axis) => (extent === 1 ? 0 : place[axis + missing])),
    )
  ];
}

function fill(shape: readonly number[], value: (place: readonly number[]) => number): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  let index = 0;
  for (const place of placesOf(shape)) result[index++] = value(place);
  return result;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const clip = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

const ACTIVATIONS: Record<Activation, (x: number, a: Attributes) => number> = {
  relu: (x) => Math.max(0, x),
  relu2: (x) => Math.max(0, x) ** 2,
  gelu: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x * sigmoid(x),
  tanh: Math.tanh,
  sigmoid,
  relu6: (x) => clip(x, 0, 6),
  'hard-swish': (x) => (x * clip(x + 3, 0, 6)) / 6,
  'hard-sigmoid': (x) => clip(x + 3, 0, 6) / 6,
  'leaky-relu': (x, { slope = 0.01 }) => (x > 0 ? x : slope * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  linear: (x) => x,
};

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]): number => mean(values.map((value) => (value - mean(values)) ** 2));

/** Normalises the places that `keyOf` gives the same key. */
function normalizedBy(
  x: Read,
  keyOf: (place: readonly number[]) => string,
  epsilon: number,
  centred: boolean,
): Float64Array {
  const groups = new Map<string, number[]>();
  let index = 0;
  for (const place of placesOf(x.shape)) {
    const key = keyOf(place);
    groups.set(key, [...(groups.get(key) ?? []), index++]);
  }
  const result = new Float64Array(x.values.length);
  for (const group of groups.values()) {
    const members = group.map((at) => x.values[at]);
    const middle = centred ? mean(members) : 0;
    const spreadOf = centred ? variance(members) : mean(members.map((value) => value * value));
    for (const at of group) result[at] = (x.values[at] - middle) / Math.sqrt(spreadOf + epsilon);
  }
  return result;
}

/** The forward graph's values from those of inputs, parameters, buffers and constants. */
export function interpret(graph: Graph, given: Values, training = true): Map<TensorId, Float64Array> {
  const values = new Map(given);
  for (const { id, values: known } of graph.tensors) if (known) values.set(id, Float64Array.from(known));
  for (const operator of graph.operators) {
    const inputs = operator.inputs.map((id): Read => ({ shape: graph.tensors[id].shape, values: values.get(id)! }));
    const shapes = operator.outputs.map((id) => graph.tensors[id].shape);
    const made = run(operator, inputs, shapes, training);
    for (const [index, one] of made.entries()) values.set(operator.outputs[index], one);
  }
  return values;
}

function run(
  operator: Operator,
  inputs: readonly Read[],
  shapes: readonly (readonly number[])[],
  training: boolean,
): Float64Array[] {
  const [x, y, z] = inputs;
  const { attributes: a } = operator;
  const [shape] = shapes;
  const each = (value: (place: readonly number[]) => number): Float64Array[] => [fill(shape, value)];
  switch (operator.kind) {
    case 'add':
      return each((place) => spread(x, place) + spread(y, place));
    case 'multiply':
      return each((place) => spread(x, place) * spread(y, place));
    case 'scale':
      return each((place) => spread(x, place) * (a.alpha ?? 1));
    case 'activation':
      return each((place) => ACTIVATIONS[a.activation!](spread(x, place), a));
    case 'unary':
      return each((place) => elementAt(x, place, a));
    case 'binary':
      return each((place) => BINARY[a.function!](spread(x, place), spread(y, place)));
    case 'select':
      return each((place) => (spread(x, place) === 0 ? spread(z, place) : spread(y, place)));
    case 'generate':
      return each((place) => generatedAt(place, shape, a));
    case 'gather':
      return each((place) => gatheredAt(x, y, place, a.axis ?? 0));
    case 'einsum':
      return each((place) =>
        equationAt(
          a.equation!,
          inputs.map((one) => ({ shape: one.shape, at: (p) => one.values[indexOf(one.shape, p)] })),
          place,
        ),
      );
    case 'resize':
      return each((place) => resizedAt(x, shape, place, a));
    case 'broadcast':
      return each((place) => spread(x, place));
    case 'reshape':
      return [x.values];
    case 'transpose':
      return each(
        (place) =>
          x.values[
            indexOf(
              x.shape,
              x.shape.map((_, axis) => place[a.permutation!.indexOf(axis)]),
            )
          ],
      );
    case 'matmul':
      return each((place) => product(x, y, place, a) * (a.alpha ?? 1));
    case 'linear':
      return each((place) => product(x, y, place, a) + (z ? z.values[place.at(-1)!] : 0));
    case 'concat':
      return each((place) => joined(inputs, place, a.axis ?? 0));
    case 'split':
      return shapes.map((part, index) => {
        const axis = (a.axis ?? 0) < 0 ? (a.axis ?? 0) + x.shape.length : (a.axis ?? 0);
        const before = a.sizes!.slice(0, index).reduce((sum, size) => sum + size, 0);
        return fill(
          part,
          (place) =>
            x.values[
              indexOf(
                x.shape,
                place.map((at, i) => (i === axis ? at + before : at)),
              )
            ],
        );
      });
    case 'pad':
      return each((place) =>
        padded(
          x,
          place.map((at, axis) => at - Number((a.padding as readonly (readonly number[])[])[axis]?.[0] ?? 0)),
        ),
      );
    case 'slice':
      return each(
        (place) =>
          x.values[
            indexOf(
              x.shape,
              place.map((at, axis) => {
                const [step, extent] = [a.steps?.[axis] ?? 1, x.shape[axis]];
                const start = a.starts?.[axis] ?? (step > 0 ? 0 : extent - 1);
                return (start < 0 ? start + extent : start) + at * step;
              }),
            )
          ],
      );
    case 'reduce':
      return each((place) => reduced(x, place, a));
    case 'softmax':
      return [softmax(x, a.axis ?? -1)];
    case 'normalize': {
      const axes = (a.axes ?? [-1]).map((axis) => (axis < 0 ? axis + x.shape.length : axis));
      const kept = (place: readonly number[]): string => String(place.filter((_, axis) => !axes.includes(axis)));
      const normal = normalizedBy(x, kept, a.epsilon ?? 0, a.norm === 'layernorm');
      return [
        affine({ shape: x.shape, values: normal }, y, z, (place) =>
          indexOf(
            axes.map((axis) => x.shape[axis]),
            axes.map((axis) => place[axis]),
          ),
        ),
      ];
    }
    case 'groupNormalize': {
      const { channels } = imageAxes(x.shape.length, a.channelsLast);
      const size = x.shape[channels] / (a.groups ?? 1);
      const normal = normalizedBy(
        x,
        (place) => `${place[0]} ${Math.floor(place[channels] / size)}`,
        a.epsilon ?? 0,
        true,
      );
      return [affine({ shape: x.shape, values: normal }, y, z, (place) => place[channels])];
    }
    case 'batchNormalize': {
      const axis = (a.axis ?? 1) < 0 ? (a.axis ?? 1) + x.shape.length : (a.axis ?? 1);
      const epsilon = a.epsilon ?? 1e-5;
      const kept = fill(
        x.shape,
        (place) =>
          (spread(x, place) - inputs[3]?.values[place[axis]]) / Math.sqrt(inputs[4]?.values[place[axis]] + epsilon),
      );
      const normal = training ? normalizedBy(x, (place) => String(place[axis]), epsilon, true) : kept;
      return [affine({ shape: x.shape, values: normal }, y, z, (place) => place[axis])];
    }
    case 'convolution':
      return each((place) => convolved(x, y, z, place, a));
    case 'transposedConvolution':
      return [scattered(x, y, z, shape, a)];
    case 'pool':
      return each((place) => pooled(x, place, a));
    case 'attention':
      return each((place) => attended(inputs, place, a));
    default:
      throw new Error(`the interpreter does not know '${operator.kind}'`);
  }
}

function affine(
  normal: Read,
  gain: Read | undefined,
  bias: Read | undefined,
  at: (place: readonly number[]) => number,
): Float64Array {
  return fill(
    normal.shape,
    (place) => spread(normal, place) * (gain?.values[at(place)] ?? 1) + (bias?.values[at(place)] ?? 0),
  );
}

function product(x: Read, y: Read, place: readonly number[], { transposeA, transposeB }: Attributes): number {
  const leading = place.slice(0, -2);
  const [row, column] = place.slice(-2);
  const depth = transposeA ? x.shape.at(-2)! : x.shape.at(-1)!;
  let sum = 0;
  for (let k = 0; k < depth; k++)
    sum +=
      spread(x, [...leading, ...(transposeA ? [k, row] : [row, k])]) *
      spread(y, [...leading, ...(transposeB ? [column, k] : [k, column])]);
  return sum;
}

function joined(inputs: readonly Read[], place: readonly number[], axis: number): number {
  const at = axis < 0 ? axis + place.length : axis;
  let start = 0;
  for (const one of inputs) {
    if (place[at] < start + one.shape[at])
      return one.values[
        indexOf(
          one.shape,
          place.map((p, i) => (i === at ? p - start : p)),
        )
      ];
    start += one.shape[at];
  }
  throw new Error('outside');
}

/** Zero outside of the tensor. */
function padded(x: Read, place: readonly number[]): number {
  return place.every((at, axis) => at >= 0 && at < x.shape[axis]) ? x.values[indexOf(x.shape, place)] : 0;
}

function reduced(x: Read, place: readonly number[], { axes = [], keepAxes, reduction }: Attributes): number {
  const over = new Set(axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)));
  const kept = [...x.shape.keys()].filter((axis) => !over.has(axis));
  const members: number[] = [];
  let index = 0;
  for (const inner of placesOf(x.shape)) {
    const value = x.values[index++];
    if (kept.every((axis, at) => inner[axis] === place[keepAxes ? axis : at])) members.push(value);
  }
  if (reduction === 'max') return Math.max(...members);
  if (reduction === 'min') return Math.min(...members);
  return reduction === 'sum' ? members.reduce((a, b) => a + b, 0) : mean(members);
}

function softmax(x: Read, axis: number): Float64Array {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const along = (place: readonly number[], k: number): number =>
    x.values[
      indexOf(
        x.shape,
        place.map((p, i) => (i === at ? k : p)),
      )
    ];
  return fill(x.shape, (place) => {
    let sum = 0;
    for (let k = 0; k < x.shape[at]; k++) sum += Math.exp(along(place, k));
    return Math.exp(along(place, place[at])) / sum;
  });
}

interface Window {
  readonly spatial: readonly number[];
  readonly channels: number;
  readonly stride: (axis: number) => number;
  readonly dilation: (axis: number) => number;
}

function windowOf(x: Read, a: Attributes): Window {
  const axes = imageAxes(x.shape.length, a.channelsLast);
  return { ...axes, stride: (axis) => a.strides?.[axis] ?? 1, dilation: (axis) => a.dilations?.[axis] ?? 1 };
}

/** Places of the image that a window at `place` covers, cell by cell; undefined outside of it. */
function covered(
  x: Read,
  a: Attributes,
  window: readonly number[],
  place: readonly number[],
): { cell: number[]; at: number[] }[] {
  const { spatial, stride, dilation } = windowOf(x, a);
  return [...placesOf(window)].map(() => 0).length === 0
    ? []
    : Array.from(placesOf(window), (cell) => [...cell]).map((cell) => ({
        cell,
        at: spatial.map((axis, i) => {
          const reach = dilation(i) * (window[i] - 1) + 1;
          return (
            place[axis] * stride(i) -
            paddingOf(a.padding, i, x.shape[axis], reach, stride(i))[0] +
            cell[i] * dilation(i)
          );
        }),
      }));
}

function convolved(x: Read, w: Read, bias: Read | undefined, place: readonly number[], a: Attributes): number {
  const layout = a.filters ?? 'out-in-spatial';
  const { spatial, channels } = windowOf(x, a);
  const axes = filterAxes(layout, w.shape.length);
  const window = axes.spatial.map((axis) => w.shape[axis]);
  const isDepthwise = layout === 'spatial-channel-multiplier';
  const groups = isDepthwise ? x.shape[channels] : (a.groups ?? 1);
  const out = place[channels];
  const outputs = isDepthwise ? w.shape[axes.in] * w.shape[axes.out] : w.shape[axes.out];
  const perGroup = x.shape[channels] / groups;
  const group = Math.floor(out / (outputs / groups));
  let sum = bias?.values[out] ?? 0;
  for (const { cell, at } of covered(x, a, window, place)) {
    for (let k = 0; k < perGroup; k++) {
      const from = [...x.shape.keys()].map((axis) =>
        axis === 0 ? place[0] : axis === channels ? group * perGroup + k : at[spatial.indexOf(axis)],
      );
      const filter = [...w.shape.keys()].map((axis) => {
        if (axis === axes.in) return isDepthwise ? group : k;
        if (axis === axes.out) return isDepthwise ? out % w.shape[axes.out] : out;
        return cell[axes.spatial.indexOf(axis)];
      });
      sum += padded(x, from) * w.values[indexOf(w.shape, filter)];
    }
  }
  return sum;
}

/** Every input cell adds its filter to the output. */
function scattered(x: Read, w: Read, bias: Read | undefined, shape: readonly number[], a: Attributes): Float64Array {
  const layout = a.filters ?? 'in-out-spatial';
  const { spatial, channels, stride, dilation } = windowOf(x, a);
  const axes = filterAxes(layout, w.shape.length);
  const window = axes.spatial.map((axis) => w.shape[axis]);
  const groups = a.groups ?? 1;
  const [inPerGroup, outPerGroup] = [x.shape[channels] / groups, w.shape[axes.out]];
  const before = window.map((extent, i) => {
    const excess = Math.max(0, dilation(i) * (extent - 1) + 1 - stride(i));
    return a.padding === 'same' ? Math.floor(excess / 2) : ((a.padding?.[i] as number[] | undefined)?.[0] ?? 0);
  });
  const result = fill(shape, (place) => bias?.values[place[channels]] ?? 0);
  for (const place of placesOf(x.shape)) {
    const group = Math.floor(place[channels] / inPerGroup);
    for (const cell of placesOf(window)) {
      for (let o = 0; o < outPerGroup; o++) {
        const to = [...shape.keys()].map((axis) => {
          if (axis === 0) return place[0];
          if (axis === channels) return group * outPerGroup + o;
          const i = spatial.indexOf(axis);
          return place[axis] * stride(i) - before[i] + cell[i] * dilation(i);
        });
        if (!to.every((at, axis) => at >= 0 && at < shape[axis])) continue;
        const filter = [...w.shape.keys()].map((axis) =>
          axis === axes.in ? place[channels] : axis === axes.out ? o : cell[axes.spatial.indexOf(axis)],
        );
        result[indexOf(shape, to)] += x.values[indexOf(x.shape, place)] * w.values[indexOf(w.shape, filter)];
      }
    }
  }
  return result;
}

function pooled(x: Read, place: readonly number[], a: Attributes): number {
  const { spatial, channels } = windowOf(x, a);
  const members: number[] = [];
  for (const { at } of covered(x, a, a.window!, place)) {
    const from = [...x.shape.keys()].map((axis) =>
      axis === 0 ? place[0] : axis === channels ? place[channels] : at[spatial.indexOf(axis)],
    );
    if (from.every((p, axis) => p >= 0 && p < x.shape[axis])) members.push(x.values[indexOf(x.shape, from)]);
    else if (a.countsPadding) members.push(0);
  }
  return a.pool === 'max' ? Math.max(...members) : mean(members);
}

function elementAt(x: Read, place: readonly number[], a: Attributes): number {
  const value = spread(x, place);
  if (a.value !== undefined)
    return BINARY[a.function!](...((a.reverse ? [a.value, value] : [value, a.value]) as [number, number]));
  const row = (cell: number): number => spread(x, [...place.slice(0, -1), cell]);
  const cells = Array.from({ length: x.shape.at(-1) ?? 1 }, (_, cell) => cell);
  if (a.function === 'rotary') return rotaryAt(row, place.at(-2)!, place.at(-1)!, cells.length, a);
  if (a.function === 'log_softmax') return value - Math.log(cells.reduce((sum, cell) => sum + Math.exp(row(cell)), 0));
  if (a.function === 'unit normalize') return value / Math.sqrt(cells.reduce((sum, cell) => sum + row(cell) ** 2, 0));
  return UNARY[a.function!](value, a);
}

function generatedAt(place: readonly number[], shape: readonly number[], a: Attributes): number {
  if (a.function === 'range') return (a.starts?.[0] ?? 0) + place[0] * (a.steps?.[0] ?? 1);
  if (a.function === 'zeros') return 0;
  return a.values!.length === 1 ? a.values![0] : a.values![indexOf(shape, place)];
}

function gatheredAt(table: Read, indices: Read, place: readonly number[], said: number): number {
  const axis = said < 0 ? said + table.shape.length : said;
  const inner = indices.shape.length;
  const row = indices.values[indexOf(indices.shape, place.slice(axis, axis + inner))];
  const at = row < 0 ? row + table.shape[axis] : row;
  return table.values[indexOf(table.shape, [...place.slice(0, axis), at, ...place.slice(axis + inner)])];
}

function resizedAt(x: Read, shape: readonly number[], place: readonly number[], a: Attributes): number {
  const { spatial } = imageAxes(x.shape.length, a.channelsLast);
  const over = (index: number, at: readonly number[]): number => {
    if (index === spatial.length) return x.values[indexOf(x.shape, at)];
    const axis = spatial[index];
    let sum = 0;
    for (const [cell, share] of resizeShares(place[axis], x.shape[axis], shape[axis], a))
      sum += share * over(index + 1, at.with(axis, cell));
    return sum;
  };
  return over(0, [...place]);
}

function attended([q, k, v, bias]: readonly Read[], [b, h, s, e]: readonly number[], a: Attributes): number {
  const [, heads, queries, size] = q.shape;
  const [, groups, keys] = k.shape;
  const g = Math.floor(h / (heads / groups));
  let [sum, mixed] = [0, 0];
  for (let t = 0; t < keys; t++) {
    const at = s + keys - queries;
    if ((a.causal && t > at) || at - t >= (a.slidingWindow ?? Infinity)) continue;
    let score = 0;
    for (let d = 0; d < size; d++) score += spread(q, [b, h, s, d]) * spread(k, [b, g, t, d]);
    const scale = a.alpha ?? 1 / Math.sqrt(size);
    // By distance the last column is that of the query's own place.
    const far = bias && a.byDistance ? spread(bias, [b, h, s, keys - 1 - (at - t)]) * scale : 0;
    const whole = score * scale + far;
    const bounded = a.softcap === undefined ? whole : a.softcap * Math.tanh(whole / a.softcap);
    const sinking = a.alibi ? Math.abs(at - t) * 2 ** ((-8 * (h + 1)) / heads) : 0;
    const weight = Math.exp(bounded - sinking + (bias && !a.byDistance ? spread(bias, [b, h, s, t]) : 0));
    sum += weight;
    mixed += weight * spread(v, [b, g, t, e]);
  }
  return mixed / sum;
}
