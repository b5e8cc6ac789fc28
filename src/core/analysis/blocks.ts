import type { LayerCost } from './layers.ts';
import { partOf, stageOf, unitOf } from './units.ts';

/** Layers that belong together, or several blocks alike that follow each other. Counts are of all of them. */
export interface BlockCost {
  /** `stage2.block1`, or `layers.0-31` for 32 alike. */
  readonly name: string;
  /** Blocks alike that stand in this line. */
  readonly repeats: number;
  /** Layers of one of them. */
  readonly layers: number;
  /** The type of a lone layer, or ''. */
  readonly type: string;
  readonly output: readonly number[];
  readonly parameters: number;
  readonly macs: number;
  readonly operations: number;
  readonly activationBytes: number;
  readonly seconds?: number;
}

/** Blocks in the order of their first layer; a layer without a block stands alone, and not at all where it costs nothing. */
export function blocksOf(layers: readonly LayerCost[]): BlockCost[] {
  const groups = [...Map.groupBy(layers, unitOf)].filter(
    ([, members]) => members.some(({ block }) => block !== '') || members.some(hasCost),
  );
  const blocks = groups.map(([name, members]) => ({ block: blockCost(name, members), shape: signature(members) }));
  const folded: { block: BlockCost; shape: string; first: string }[] = [];
  for (const { block, shape } of blocks) {
    const last = folded.at(-1);
    if (last && last.shape === shape && isNext(last.block.name, last.first, block.name))
      last.block = joined(last.block, block, last.first);
    else folded.push({ block, shape, first: block.name });
  }
  return folded.map(({ block }) => block);
}

const hasCost = ({ parameters, buffers, macs, activationBytes }: LayerCost): boolean =>
  parameters + buffers + macs + activationBytes > 0;

/** Groups of blocks: `stage2`, `layers`, `head`. */
export const stagesOf = (layers: readonly LayerCost[]): BlockCost[] =>
  [...Map.groupBy(layers, stageOf)]
    .filter(([, members]) => members.some(hasCost))
    .map(([name, members]) => blockCost(name, members));

/** What the blocks of one stage consist of: `self_attn`, `mlp`. */
export const stagePartsOf = (layers: readonly LayerCost[], stage: string): BlockCost[] =>
  partsOf(layers.filter((layer) => stageOf(layer) === stage));

/** What the blocks of one line consist of: of `layers.0-31` those 32 blocks alone. */
export const blockPartsOf = (layers: readonly LayerCost[], { name, repeats }: BlockCost): BlockCost[] =>
  partsOf(layers.filter((layer) => isWithin(unitOf(layer), name, repeats)));

function isWithin(unit: string, name: string, repeats: number): boolean {
  if (repeats === 1) return unit === name;
  const [, start, from, to] = /^(.*?)(\d+)-(\d+)$/.exec(name)!;
  const place = unit.startsWith(start) ? unit.slice(start.length) : '';
  return /^\d+$/.test(place) && Number(place) >= Number(from) && Number(place) <= Number(to);
}

const partsOf = (layers: readonly LayerCost[]): BlockCost[] =>
  [...Map.groupBy(layers, partOf)].filter(([name]) => name !== '').map(([name, members]) => blockCost(name, members));

function blockCost(name: string, members: readonly LayerCost[]): BlockCost {
  const sum = (of: (layer: LayerCost) => number): number => members.reduce((total, layer) => total + of(layer), 0);
  const timed = members.some(({ time }) => time !== undefined);
  return {
    name,
    repeats: 1,
    layers: members.length,
    type: members.length === 1 ? members[0].type : '',
    output: members.findLast(({ output }) => output.length > 0)?.output ?? [],
    parameters: sum(({ parameters }) => parameters),
    macs: sum(({ macs }) => macs),
    operations: sum(({ operations }) => operations),
    activationBytes: sum(({ activationBytes }) => activationBytes),
    ...(timed && { seconds: sum(({ time }) => time?.seconds ?? 0) }),
  };
}

const signature = (members: readonly LayerCost[]): string =>
  members
    .filter(hasCost)
    .map(({ type, output, parameters, macs, activationBytes }) =>
      [type, output, parameters, macs, activationBytes].join(),
    )
    .join(';');

/** `layers.0` or `layers.0-4` and `layers.5` follow each other. */
export function isNext(before: string, first: string, name: string): boolean {
  const [a, b, start] = [before, name, first].map((one) => /^(.*?)(\d+)$/.exec(one));
  if (!a || !b || !start) return false;
  return start[1] === b[1] && Number(b[2]) === Number(a[2]) + 1;
}

/** Several lines as one. */
export const costTogether = (name: string, costs: readonly BlockCost[]): BlockCost => ({
  ...costs.reduce((sum, cost) => plus(sum, cost)),
  name,
  repeats: 1,
  layers: costs.reduce((sum, { layers, repeats }) => sum + layers * repeats, 0),
  type: '',
});

const plus = (before: BlockCost, next: BlockCost): BlockCost => ({
  ...before,
  output: next.output,
  parameters: before.parameters + next.parameters,
  macs: before.macs + next.macs,
  operations: before.operations + next.operations,
  activationBytes: before.activationBytes + next.activationBytes,
  ...(before.seconds !== undefined && { seconds: before.seconds + (next.seconds ?? 0) }),
});

/** `layers.0-31` of `layers.0` and `layers.31`. */
export const rangeName = (first: string, last: string): string => `${first}-${/\d+$/.exec(last)![0]}`;

const joined = (before: BlockCost, next: BlockCost, first: string): BlockCost => ({
  ...plus(before, next),
  name: rangeName(first, next.name),
  repeats: before.repeats + 1,
});
