import { differentiate } from '../autodiff/differentiate.ts';
import { sizeOf } from '../graph/shapes.ts';
import { buildForward } from '../model/index.ts';
import type { ModelSpec } from '../model/index.ts';
import { cachesOf } from './cache.ts';
import { elements } from './facts.ts';
import type { GraphFacts } from './facts.ts';
import { peakLiveBytes } from './liveness.ts';
import { adapterSize, factoredBytes } from './precision.ts';
import type { PrecisionRecipe } from './precision.ts';
import { SavedTensors, savedBytes } from './saved.ts';
import type { Saved } from './saved.ts';
import { unitOf } from './units.ts';

/**
 * `none` keeps every saved tensor, attention's probabilities too; `selective` computes those again (as fused attention does);
 * `full` keeps what enters each block alone and runs the block once more.
 */
export type Checkpointing = 'none' | 'selective' | 'full';

/** Bytes that a training step needs. */
export interface TrainingBytes {
  readonly weights: number;
  readonly buffers: number;
  readonly gradients: number;
  readonly optimizer: number;
  /** Tensors kept until the backward pass. */
  readonly activations: number;
  /** Of full checkpointing: the block that is being computed again. */
  readonly recomputed: number;
  /** The model's outputs, and a copy in float32 for the loss. */
  readonly outputs: number;
  readonly total: number;
}

/** Bytes that a prediction needs. */
export interface InferenceBytes {
  readonly weights: number;
  readonly buffers: number;
  /** Keys and values of all tokens of the batch. */
  readonly cache: number;
  /** Of one more token of one sequence, before any window is full; 0 without causal attention. */
  readonly cachePerToken: number;
  /** Most bytes of activations alive at one time. */
  readonly activations: number;
  readonly total: number;
}

const FLOAT32 = 4;

/** Bytes kept until the backward pass, by layer; a tensor that several operators want is counted where it is first wanted. */
export interface KeptActivations {
  readonly byLayer: ReadonlyMap<string, number>;
  readonly recomputed: number;
}

export function keptActivations(facts: GraphFacts, activationBytes: number, level: Checkpointing): KeptActivations {
  if (level === 'full') return boundaries(facts, activationBytes);
  return { byLayer: savedByLayer(facts, activationBytes, level), recomputed: 0 };
}

function savedByLayer(facts: GraphFacts, activationBytes: number, level: 'none' | 'selective'): Map<string, number> {
  const saved = new SavedTensors(facts);
  const seen = new Set<string>();
  const byLayer = new Map<string, number>();
  for (const operator of facts.operators) {
    const bytes = saved.of(operator).filter((one) => isNew(one, seen) && (level === 'none' || !one.ofScores));
    const sum = bytes.reduce((total, one) => total + savedBytes(one, activationBytes), 0);
    if (sum > 0) byLayer.set(operator.layer, (byLayer.get(operator.layer) ?? 0) + sum);
  }
  return byLayer;
}

function isNew({ key }: Saved, seen: Set<string>): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** What enters each block from outside; layers without a block keep what they save. */
function boundaries(facts: GraphFacts, activationBytes: number): KeptActivations {
  const { graph, operators, producerOf, needsGradient } = facts;
  const blockOf = new Map(graph.layers.map((layer) => [layer.name, layer.block === '' ? '' : unitOf(layer)]));
  const block = (layer: string): string => blockOf.get(layer) ?? '';
  const byLayer = new Map<string, number>();
  const add = (layer: string, bytes: number): void => void byLayer.set(layer, (byLayer.get(layer) ?? 0) + bytes);
  const seen = new Set<number>();
  for (const { inputs, layer } of operators) {
    for (const id of block(layer) === '' ? [] : inputs) {
      const producer = producerOf.get(id);
      if (!producer || !needsGradient.has(id) || seen.has(id) || block(producer.layer) === block(layer)) continue;
      seen.add(id);
      add(layer, activationBytes * elements(graph, id));
    }
  }
  const inside = new Map<string, number>();
  for (const [layer, bytes] of savedByLayer(facts, activationBytes, 'none')) {
    if (block(layer) === '') add(layer, bytes);
    else inside.set(block(layer), (inside.get(block(layer)) ?? 0) + bytes);
  }
  return { byLayer, recomputed: Math.max(0, ...inside.values()) };
}

/** Memory of a training step. Activations are those of the whole graph at its batch. */
export function trainingBytes(facts: GraphFacts, recipe: PrecisionRecipe, kept: KeptActivations): TrainingBytes {
  const { graph, results } = facts;
  const parameters = graph.parameters.map(({ parameter }) => parameter);
  const total = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const { adapterRank } = recipe;
  const trained = parameters.filter(({ frozen }) => !frozen);
  const sizes = trained.map((parameter) =>
    adapterRank === undefined ? sizeOf(parameter.shape) : adapterSize(parameter, adapterRank),
  );
  const trainable = sizes.reduce((sum, size) => sum + size, 0);
  const adapters = adapterRank === undefined ? 0 : trainable;
  const optimizer =
    recipe.optimizer === 'factored'
      ? trained.reduce((sum, parameter) => sum + factoredBytes(parameter), 0)
      : recipe.optimizer * trainable;
  const parts = {
    weights: recipe.weights * (total + adapters),
    buffers: bufferBytes(facts),
    gradients: recipe.gradients * trainable,
    optimizer,
    activations: [...kept.byLayer.values()].reduce((sum, bytes) => sum + bytes, 0),
    recomputed: kept.recomputed,
    outputs: results.reduce((sum, id) => sum + (recipe.activations + FLOAT32) * elements(graph, id), 0),
  };
  return { ...parts, total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) };
}

/** Memory of a prediction in the precision of a recipe's weights; the whole batch goes through at once. */
export function inferenceBytes(facts: GraphFacts, recipe: PrecisionRecipe, batch: number): InferenceBytes {
  const { graph, operators, results } = facts;
  const caches = cachesOf(facts);
  const size = recipe.activations;
  const parts = {
    weights: recipe.weights * graph.parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0),
    buffers: bufferBytes(facts),
    cache: batch * size * caches.reduce((sum, { perToken, tokens }) => sum + perToken * tokens, 0),
    activations: peakLiveBytes(operators, (id) => size * elements(graph, id), { results }),
  };
  return {
    ...parts,
    cachePerToken: size * caches.reduce((sum, { perToken }) => sum + perToken, 0),
    total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** Running statistics stay in float32 whatever the recipe. */
const bufferBytes = ({ graph }: GraphFacts): number =>
  FLOAT32 * graph.buffers.reduce((sum, { tensor }) => sum + elements(graph, tensor), 0);

/** Bytes of a training step of the built-in engine in float32. */
export interface TrainingMemory {
  readonly weights: number;
  readonly gradients: number;
  /** AdamW's two moments. */
  readonly optimizer: number;
  /** Most bytes of computed tensors alive at one time, gradients of parameters excluded. */
  readonly activations: number;
  readonly total: number;
}

/** Memory to train a study's model with AdamW at a batch (windows for gpt, rows for mlp), by liveness over its training graph. */
export function trainingMemory(spec: ModelSpec, batch: number): TrainingMemory {
  const { graph, gradients } = differentiate(buildForward(spec, batch));
  const weights = FLOAT32 * graph.parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0);
  const activations = peakLiveBytes(graph.operators, (id) => FLOAT32 * elements(graph, id), {
    kept: new Set(gradients.values()),
  });
  return { weights, gradients: weights, optimizer: 2 * weights, activations, total: 4 * weights + activations };
}
