import { isNext, rangeName } from './blocks.ts';
import type { LayerDiff } from './diff.ts';
import { unitOf } from './units.ts';

/** Layers of one block that differ, and how many blocks that follow differ alike. */
export interface BlockDiff {
  /** `stage2.block1`, or `layers.0-31` for 32 alike. */
  readonly name: string;
  /** The first block's own name: its layers' names begin with it. */
  readonly first: string;
  /** Blocks that differ alike, in this line. */
  readonly repeats: number;
  /** Layers of the first of them; those that are alike in both models are left out. */
  readonly layers: readonly LayerDiff[];
  /** Those of them that say something else themselves. The others give another shape, since their inputs have one. */
  readonly own: readonly LayerDiff[];
  /** `added` or `removed` where the whole block is. */
  readonly status: LayerDiff['status'];
}

/** What differs by blocks, in order. Layers without a block stand alone. */
export function diffBlocks(layers: readonly LayerDiff[]): BlockDiff[] {
  const folded: { block: BlockDiff; shape: string }[] = [];
  for (const run of runsOf(layers)) {
    const block = blockOf(run);
    if (block.layers.length === 0) continue;
    const shape = signature(block);
    const last = folded.at(-1);
    if (last?.shape === shape && isNext(last.block.name, last.block.first, block.name))
      last.block = {
        ...last.block,
        name: rangeName(last.block.first, block.name),
        repeats: last.block.repeats + 1,
      };
    else folded.push({ block, shape });
  }
  return folded.map(({ block }) => block);
}

/** Layers of one block that follow each other. */
function runsOf(layers: readonly LayerDiff[]): LayerDiff[][] {
  const runs: LayerDiff[][] = [];
  for (const layer of layers) {
    const last = runs.at(-1);
    if (last && unitOf(last[0]) === unitOf(layer)) last.push(layer);
    else runs.push([layer]);
  }
  return runs;
}

function blockOf(run: readonly LayerDiff[]): BlockDiff {
  const [{ status }] = run;
  const isWhole = run.every((layer) => layer.status === status);
  const name = unitOf(run[0]);
  const layers = run.filter((layer) => layer.status !== 'same');
  return {
    name,
    first: name,
    repeats: 1,
    layers,
    own: layers.filter(
      ({ status: one, changes }) => one !== 'changed' || changes.some(({ what }) => what !== 'output'),
    ),
    status: isWhole ? status : 'changed',
  };
}

/** What two blocks must share to stand in one line: all but their own names. */
const signature = ({ first, layers, status }: BlockDiff): string =>
  JSON.stringify([
    status,
    layers.map(({ name, otherName = '', type, parameters, macs, changes }) => [
      withoutBlock(name, first),
      withoutBlock(otherName, first),
      type,
      parameters,
      macs,
      changes,
    ]),
  ]);

/** `mlp.up` of `model.layers.0.mlp.up` in `layers.0`. */
export function withoutBlock(name: string, block: string): string {
  const at = name.indexOf(`${block}.`);
  return at < 0 ? name : name.slice(at + block.length + 1);
}
