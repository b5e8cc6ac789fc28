import type { DeclaredKnob } from '../model.ts';
import type { FeedForwardSpec, TransformerSpec } from './schema.ts';
import { hasExperts } from './feed-forward.ts';

/** Largest step of a hidden width: LLaMA rounds up to it, and matrix units of today's devices like multiples of it. */
const HIDDEN_STEP = 256;
/** Experts are spread over devices in groups of at most so many. */
const EXPERT_STEP = 8;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** What a stack of blocks with heads lets vary. */
export interface Shape {
  readonly depth: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Path of the attention's options, with its dot. */
  readonly at: string;
}

/**
 * The width and what moves with it: heads at a fixed head size, and key-value heads. Of those either the number or the share
 * stays, whichever lets the width take finer steps; both keep them a divisor of the heads.
 */
export function widthKnobs({ width, heads, kvHeads, at }: Shape): DeclaredKnob[] {
  const group = heads / kvHeads;
  const keepsShare = kvHeads > group;
  const headStep = keepsShare ? group : kvHeads;
  const widthStep = width % heads === 0 ? (width / heads) * headStep : 8;
  const knobs: DeclaredKnob[] = [
    { path: 'width', axis: 'width', value: width, step: widthStep, minimum: widthStep },
    { path: `${at}heads`, axis: 'heads', value: heads, step: headStep, minimum: headStep, follows: 'width' },
  ];
  const shared: DeclaredKnob = { path: `${at}kvHeads`, axis: 'kvHeads', value: kvHeads, step: 1, minimum: 1 };
  if (kvHeads !== heads || keepsShare) knobs.push(keepsShare ? { ...shared, follows: `${at}heads` } : shared);
  return knobs;
}

/** A hidden width moves with the width; gated ones round up as LLaMA's do. */
export function hiddenKnob(path: string, hidden: number, gated: boolean, follows = 'width'): DeclaredKnob {
  const step = gcd(hidden, HIDDEN_STEP);
  return {
    path,
    axis: 'feedForward',
    value: hidden,
    step,
    minimum: step,
    follows,
    ...(gated ? { rounding: 'ceil' as const } : {}),
  };
}

/** What may vary in a decoder-only transformer. */
export function transformerKnobs(spec: TransformerSpec): DeclaredKnob[] {
  const { attention, experts, feedForward } = spec;
  const { heads, kvHeads = heads } = attention;
  const pattern = attention.slidingWindow === undefined ? 1 : attention.slidingLayers.length;
  const step = Math.max(pattern < spec.depth ? pattern : 1, experts?.every ?? 1);
  return [
    { path: 'depth', axis: 'depth', value: spec.depth, step, minimum: (experts?.first ?? 0) + 1 },
    ...widthKnobs({ depth: spec.depth, width: spec.width, heads, kvHeads, at: 'attention.' }),
    ...(hasDenseBlocks(spec) ? [hiddenKnob('feedForward.hidden', feedForward.hidden, feedForward.gated)] : []),
    ...(experts ? expertKnobs(experts, feedForward) : []),
  ];
}

function expertKnobs(experts: NonNullable<TransformerSpec['experts']>, { gated }: FeedForwardSpec): DeclaredKnob[] {
  const { routed, active, hidden, shared } = experts;
  return [
    hiddenKnob('experts.hidden', hidden, gated),
    ...(shared > 0 ? [hiddenKnob('experts.shared', shared, gated, 'experts.hidden')] : []),
    { path: 'experts.routed', axis: 'experts', value: routed, step: gcd(routed, EXPERT_STEP), minimum: active },
  ];
}

const hasDenseBlocks = ({ depth, experts }: TransformerSpec): boolean =>
  Array.from({ length: depth }, (_, block) => block).some((block) => !hasExperts(experts, block));
