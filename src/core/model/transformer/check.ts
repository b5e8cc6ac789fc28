import { IsoflopError } from '../../terms/errors.ts';
import { DECODER_NAMES } from './names.ts';
import type { TransformerSpec } from './schema.ts';

const divisors = (value: number): number[] =>
  Array.from({ length: value }, (_, index) => index + 1).filter((candidate) => value % candidate === 0);

/** The multiples of `step` around a value, as words. */
export function nearestMultiples(value: number, step: number): string {
  const below = Math.floor(value / step) * step;
  return below > 0 ? `${below} or ${below + step}` : `${step}`;
}

/** Most values that a hint lists: enough to choose from, short enough to read. */
const LISTED = 12;

/** The divisors of a number that lie nearest to a value, in order. */
export function nearestDivisors(value: number, near: number): string {
  return divisors(value)
    .sort((a, b) => Math.abs(a - near) - Math.abs(b - near))
    .slice(0, LISTED)
    .sort((a, b) => a - b)
    .join(', ');
}

export function refuse(message: string, path: string, hint: string): never {
  throw new IsoflopError('invalid-input', message, { path, hint });
}

/** Refuses a width that its heads do not divide. */
export function checkHeads(width: number, heads: number, path = 'attention.heads'): void {
  if (width % heads === 0) return;
  refuse(
    `${heads} heads do not divide the width ${width}`,
    path,
    `Take a width of ${nearestMultiples(width, heads)}, or heads among ${nearestDivisors(width, heads)}.`,
  );
}

/** Size of a head of queries and keys; without one of its own, width / heads. */
export const headSizeOf = ({ width, attention }: TransformerSpec): number =>
  attention.headSize ?? width / attention.heads;

/** Refuses shapes that no transformer can have, with the nearest that can. */
export function checkTransformer(spec: TransformerSpec): void {
  const { width, attention } = spec;
  if (!attention.latent && attention.headSize === undefined) checkHeads(width, attention.heads);
  if (attention.headSize !== undefined) checkHeadSize(spec, attention.headSize);
  checkKeys(spec);
  checkExperts(spec);
  if (spec.head === 'classes' && spec.classes === undefined)
    refuse('a head of classes wants their number', 'classes', 'Add `classes`, such as 2, or take another head.');
  if (spec.residual === 'sandwich' && !hasFourNorms(spec))
    refuse(`the names of '${spec.names}' have no four norms a block`, 'names', 'Take names: gemma2.');
}

/** In GPT-2, GPT-NeoX and OPT the heads share out the width: no weight would fit another size of a head. */
function checkHeadSize({ names, width, attention: { heads } }: TransformerSpec, headSize: number): void {
  if (names === 'llama' || names === 'gemma2' || heads * headSize === width) return;
  refuse(
    `${heads} heads of ${headSize} channels are ${heads * headSize} in all, not the width ${width}`,
    'attention.headSize',
    width % headSize === 0
      ? `Take ${width / headSize} heads of ${headSize}, or leave headSize out and take heads among ${nearestDivisors(width, heads)}.`
      : `Take a width of ${nearestMultiples(width, headSize)} and as many heads as fit, such as ${heads * headSize} with ${heads}.`,
  );
}

function checkKeys(spec: TransformerSpec): void {
  const { heads, kvHeads = heads, latent } = spec.attention;
  if (heads % kvHeads !== 0) {
    refuse(
      `${kvHeads} key-value heads do not divide the ${heads} heads`,
      'attention.kvHeads',
      `Take kvHeads among ${nearestDivisors(heads, kvHeads)}, or heads of ${nearestMultiples(heads, kvHeads)}.`,
    );
  }
  if (spec.positions === 'relative' && kvHeads !== heads)
    refuse('relative positions want as many key-value heads as heads', 'attention.kvHeads', 'Leave kvHeads out.');
  // A part of a head is rotated up to the even number at or above it.
  if (spec.positions !== 'rotary' || spec.rotaryFraction < 1) return;
  const size = latent ? latent.rotarySize : headSizeOf(spec);
  if (size % 2 !== 0) {
    refuse(
      `rotary positions want an even number of rotated channels a head, got ${size}`,
      latent ? 'attention.latent.rotarySize' : 'attention.headSize',
      `Take ${nearestMultiples(size, 2)}.`,
    );
  }
}

function checkExperts({ experts }: TransformerSpec): void {
  if (!experts || experts.active <= experts.routed) return;
  refuse(
    `each token is to meet ${experts.active} of ${experts.routed} experts`,
    'experts.active',
    `Take at most ${experts.routed} active experts.`,
  );
}

function hasFourNorms({ names }: TransformerSpec): boolean {
  const { beforeAttention, afterAttention, beforeFeedForward, afterFeedForward } = DECODER_NAMES[names].block;
  return new Set([beforeAttention, afterAttention, beforeFeedForward, afterFeedForward]).size === 4;
}
