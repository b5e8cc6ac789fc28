import { stagePartsOf } from './blocks.ts';
import type { BlockCost } from './blocks.ts';
import type { Device } from './devices.ts';
import type { LayerCost } from './layers.ts';
import type { InferenceBytes, TrainingBytes } from './memory.ts';
import type { ParameterCounts } from './parameters.ts';
import type { PrecisionRecipe } from './precision.ts';
import { efficiencyOf, peakOf } from './roofline.ts';

/** Something that a person should know, in words. `bottleneck`: where the cost sits; `challenge`: what will be hard. */
export interface CostFinding {
  readonly kind: 'bottleneck' | 'challenge';
  /** What it is about, as a stable word. */
  readonly about:
    | 'macs'
    | 'parameters'
    | 'activations'
    | 'attention'
    | 'head'
    | 'bandwidth'
    | 'memory'
    | 'data'
    | 'training-time';
  readonly sentence: string;
}

export interface FindingInput {
  readonly layers: readonly LayerCost[];
  readonly stages: readonly BlockCost[];
  readonly parameters: ParameterCounts;
  readonly training: TrainingBytes;
  readonly inference: InferenceBytes;
  readonly recipe: PrecisionRecipe;
  readonly trainingMacs: number;
  readonly batch: number;
  /** Tokens a sample, for models of text. */
  readonly tokens?: number;
  /** Samples, or tokens for models of text, to train on. */
  readonly samples?: number;
  readonly device?: Device;
}

/** Shares from which on a finding is worth its line. */
const NOTABLE = 0.3;
const MOST = 0.5;
/** A stage that holds so much says nothing: its parts do. */
const ALMOST_ALL = 0.7;
/** Tokens a parameter that compute-optimal training takes (Hoffmann et al. 2022). */
const OPTIMAL_TOKENS = 20;

export const findingsOf = (input: FindingInput): CostFinding[] =>
  [
    stageFinding(input),
    layerFinding(input),
    attentionFinding(input),
    embeddingFinding(input),
    activationFinding(input),
    bandwidthFinding(input),
    fitFinding(input, 'training'),
    fitFinding(input, 'inference'),
    dataFinding(input),
    timeFinding(input),
  ].filter((finding) => finding !== undefined);

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
export const shareText = (part: number, whole: number): string => {
  const value = 100 * share(part, whole);
  return `${value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1)} %`;
};
const sumOf = (layers: readonly LayerCost[], of: (layer: LayerCost) => number): number =>
  layers.reduce((sum, layer) => sum + of(layer), 0);
const largest = <T>(list: readonly T[], of: (one: T) => number): T =>
  list.reduce((best, one) => (of(one) > of(best) ? one : best));

/** The stage with the most multiply-accumulates, where there are stages to compare. */
function stageFinding({ stages, layers }: FindingInput): CostFinding | undefined {
  const macs = sumOf(layers, (layer) => layer.macs);
  const parameters = sumOf(layers, (layer) => layer.parameters);
  if (stages.length < 2 || macs === 0) return undefined;
  const stage = largest(stages, (one) => one.macs);
  if (share(stage.macs, macs) < NOTABLE) return undefined;
  const parts = share(stage.macs, macs) < ALMOST_ALL ? [] : stagePartsOf(layers, stage.name);
  const named = parts.length > 1 ? largest(parts, (one) => one.macs) : stage;
  const name = parts.length > 1 ? `${named.name} of the blocks of ${stage.name}` : stage.name;
  const sentence = `${name} holds ${shareText(named.macs, macs)} of the MACs and ${shareText(named.parameters, parameters)} of the parameters`;
  return { kind: 'bottleneck', about: 'macs', sentence };
}

/** The one layer with the most parameters, where it is no small part and no other finding names it. */
function layerFinding({ layers, stages, parameters: { groups } }: FindingInput): CostFinding | undefined {
  const [macs, parameters] = [sumOf(layers, (one) => one.macs), sumOf(layers, (one) => one.parameters)];
  if (layers.length < 2 || parameters === 0) return undefined;
  const layer = largest(layers, (one) => one.parameters);
  const isNamed = stages.some(({ name }) => name === layer.name) || groups.embedding >= layer.parameters;
  if (isNamed || share(layer.parameters, parameters) < NOTABLE) return undefined;
  const sentence = `the layer ${layer.name} alone holds ${shareText(layer.parameters, parameters)} of the parameters and ${shareText(layer.macs, macs)} of the MACs`;
  return { kind: 'bottleneck', about: 'parameters', sentence };
}

function attentionFinding({ layers, tokens }: FindingInput): CostFinding | undefined {
  const macs = sumOf(layers, (one) => one.macs);
  const scores = sumOf(layers, ({ items }) => (items.attention ?? 0) + (items.matmul ?? 0));
  if (share(scores, macs) < NOTABLE) return undefined;
  const length = tokens === undefined ? '' : ` at ${tokens} tokens`;
  const sentence = `scores and values of attention, which grow with the square of the length, hold ${shareText(scores, macs)} of the MACs${length}`;
  return { kind: 'bottleneck', about: 'attention', sentence };
}

function embeddingFinding({ parameters }: FindingInput): CostFinding | undefined {
  const outside = parameters.total - parameters.nonEmbedding;
  if (share(outside, parameters.total) < NOTABLE) return undefined;
  const sentence = `embeddings and the head over the vocabulary hold ${shareText(outside, parameters.total)} of the parameters`;
  return { kind: 'bottleneck', about: 'head', sentence };
}

function activationFinding({ training, batch }: FindingInput): CostFinding | undefined {
  const kept = training.activations + training.recomputed + training.outputs;
  if (share(kept, training.total) < MOST) return undefined;
  const remedy = roomOf(training, batch);
  const sentence = `activations hold ${shareText(kept, training.total)} of the training memory at batch ${batch}${remedy && `: ${remedy} saves the most`}`;
  return { kind: 'bottleneck', about: 'activations', sentence };
}

/** What lessens activations and was not done yet; '' where nothing is left. */
const roomOf = ({ recomputed }: TrainingBytes, batch: number): string =>
  [...(batch > 1 ? ['a smaller batch'] : []), ...(recomputed === 0 ? ['checkpointing'] : [])].join(' or ');

function bandwidthFinding({ layers, device }: FindingInput): CostFinding | undefined {
  const seconds = sumOf(layers, ({ time }) => time?.seconds ?? 0);
  const waiting = sumOf(layers, ({ time }) => (time?.bound === 'memory' ? time.seconds : 0));
  if (!device || share(waiting, seconds) < MOST) return undefined;
  const sentence = `on ${device.title}, ${shareText(waiting, seconds)} of a prediction's time waits for memory, not for arithmetic: a larger batch uses it better`;
  return { kind: 'bottleneck', about: 'bandwidth', sentence };
}

function fitFinding(input: FindingInput, what: 'training' | 'inference'): CostFinding | undefined {
  const { device, batch, recipe } = input;
  const { total } = input[what];
  if (!device || total <= device.memoryBytes) return undefined;
  const needed = `${gib(total)} against ${gib(device.memoryBytes)} of ${device.title}`;
  const { activations, outputs } = input.training;
  const room =
    what === 'training' && total - activations - outputs < device.memoryBytes ? roomOf(input.training, batch) : '';
  const remedy =
    room === '' ? `it takes at least ${Math.ceil(total / device.memoryBytes)} of them` : `${room} makes room`;
  const name = what === 'training' ? `training (${recipe.name})` : 'a prediction';
  return {
    kind: 'challenge',
    about: 'memory',
    sentence: `${name} at batch ${batch} does not fit: ${needed}; ${remedy}`,
  };
}

function gib(bytes: number): string {
  const size = bytes / 2 ** 30;
  return size < 1000 ? `${size.toPrecision(3)} GiB` : `${(size / 1024).toPrecision(3)} TiB`;
}

/** Parameters against the samples that shall teach them. */
function dataFinding({ parameters, samples, tokens }: FindingInput): CostFinding | undefined {
  if (samples === undefined) return undefined;
  const perParameter = samples / parameters.trainable;
  if (tokens !== undefined) {
    if (perParameter >= OPTIMAL_TOKENS) return undefined;
    const sentence = `${amount(samples)} tokens are ${round(perParameter)} a parameter; compute-optimal training takes about ${OPTIMAL_TOKENS}: for the same compute, a smaller model on more tokens reaches a lower loss`;
    return { kind: 'challenge', about: 'data', sentence };
  }
  if (perParameter >= 1) return undefined;
  const sentence = `${amount(samples)} samples for ${amount(parameters.trainable)} trainable parameters (${round(1 / perParameter)} parameters each): the model can learn them by heart; augment, regularise or start from trained weights, and watch held-out data`;
  return { kind: 'challenge', about: 'data', sentence };
}

const PREFIXES = ['', ' k', ' M', ' G', ' T'];

/** Three digits in powers of ten: `25.6 M`. */
function amount(value: number): string {
  const power = PREFIXES.findIndex((_, index) => index === PREFIXES.length - 1 || value < 1000 ** (index + 1));
  return `${Number((value / 1000 ** power).toPrecision(3))}${PREFIXES[power]}`;
}

const round = (value: number): string => String(Number(value.toPrecision(2)));
/** From the largest unit on of which there are two. */
const UNITS = [
  ['years', 365.25 * 86_400],
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
] as const;

function duration(seconds: number): string {
  const [name, length] = UNITS.find(([, size]) => seconds >= 2 * size) ?? ['seconds', 1];
  return `${round(seconds / length)} ${name}`;
}

/** Time of one pass over the samples at half of the device's peak, or at its measured speed. */
function timeFinding({
  trainingMacs,
  batch,
  tokens = 1,
  samples,
  device,
  recipe,
}: FindingInput): CostFinding | undefined {
  if (samples === undefined || !device) return undefined;
  const flops = (2 * trainingMacs * samples) / (batch * tokens);
  const seconds = flops / (peakOf(device, recipe) * efficiencyOf(device, 'training').compute);
  const unit = tokens === 1 ? 'samples' : 'tokens';
  const where = device.measured
    ? `on ${device.title} at its measured speed`
    : `of one ${device.title} at half its peak`;
  const sentence = `training on ${amount(samples)} ${unit} once takes ${flops.toExponential(2).replace('e+', 'e')} FLOPs: about ${duration(seconds)} ${where}`;
  return { kind: 'challenge', about: 'training-time', sentence };
}
