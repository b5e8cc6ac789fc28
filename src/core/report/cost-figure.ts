import { blockPartsOf, costTogether } from '../analysis/blocks.ts';
import type { Analysis, BlockCost } from '../analysis/index.ts';
import type { Figure, Ink, Mark } from './figure.ts';

/** More blocks than these are drawn by stages, more stages by their products, of more products the largest. */
const MOST_ROWS = 24;
/** Thickness of a bar, in rows; three of them stand in one. */
const THICKNESS = 0.24;
/** Of so few blocks the parts are drawn too. */
const FEW_ROWS = 6;
/** Bars of at least this share, in per cent, carry their number. */
const LABELLED = 10;

interface Kind {
  readonly name: string;
  readonly ink: Ink;
  readonly of: (block: BlockCost) => number;
}

const KINDS: readonly Kind[] = [
  { name: 'parameters', ink: 'prediction', of: ({ parameters }) => parameters },
  { name: 'MACs', ink: 'actual', of: ({ macs }) => macs },
  { name: 'saved activations', ink: 'baseline', of: ({ activationBytes }) => activationBytes },
];

interface Row {
  readonly name: string;
  readonly cost: BlockCost;
  /** A part of the block above: it adds nothing to the whole. */
  readonly isPart: boolean;
}

/** Where the cost of a model sits: of each block, or stage, its share of the parameters, the MACs and the activations kept for training. */
export function costFigure(analysis: Analysis): Figure {
  const rows = rowsOf(analysis);
  const kinds = KINDS.filter(({ of }) => rows.some(({ cost }) => of(cost) > 0));
  const totals = kinds.map(({ of }) => rows.reduce((sum, { cost, isPart }) => sum + (isPart ? 0 : of(cost)), 0));
  return {
    id: 'cost',
    title: `Where the cost of ${analysis.model.name} sits`,
    caption: `${analysis.model.name}, batch ${analysis.batch}. Blue: parameters; orange: multiply-accumulates of a forward pass; grey: activations kept for the backward pass.`,
    x: { label: 'share of the whole model (%)', scale: 'linear' },
    y: { label: '', scale: 'linear' },
    rows: rows.map(({ name }) => name),
    marks: rows.flatMap(({ cost }, row) =>
      barsOf(
        row,
        kinds.map(({ of, ink }, index) => ({ share: (100 * of(cost)) / totals[index], ink })),
      ),
    ),
  };
}

/** Blocks, or stages where blocks are many; where they are few, what a repeated block consists of below it. */
function rowsOf({ blocks, stages, layers }: Analysis): Row[] {
  const costs = blocks.length <= MOST_ROWS ? blocks : largest(stages.length <= MOST_ROWS ? stages : productsOf(stages));
  return costs.flatMap((cost): Row[] => {
    const row = { name: cost.repeats > 1 ? `${cost.name} (${cost.repeats} x)` : cost.name, cost, isPart: false };
    if (blocks.length > FEW_ROWS || cost.repeats === 1) return [row];
    const parts = blockPartsOf(layers, cost);
    return [row, ...parts.map((part) => ({ name: `of these ${part.name}`, cost: part, isPart: true }))];
  });
}

/** Layers without blocks: each product with the norms, non-linearities and pools that follow it. */
function productsOf(costs: readonly BlockCost[]): BlockCost[] {
  const groups: BlockCost[][] = [];
  for (const cost of costs) {
    if (cost.macs > 0 || groups.length === 0) groups.push([cost]);
    else groups.at(-1)!.push(cost);
  }
  return groups.map((group) =>
    group.length === 1 ? group[0] : costTogether(`${group[0].name} +${group.length - 1}`, group),
  );
}

/** The lines with the largest shares in the order of the network, and the others as one. */
function largest(costs: readonly BlockCost[]): readonly BlockCost[] {
  if (costs.length <= MOST_ROWS) return costs;
  const totals = KINDS.map(({ of }) => costs.reduce((sum, cost) => sum + of(cost), 0));
  const share = (cost: BlockCost): number => Math.max(...KINDS.map(({ of }, index) => of(cost) / (totals[index] || 1)));
  const kept = new Set(costs.toSorted((a, b) => share(b) - share(a)).slice(0, MOST_ROWS - 1));
  const others = costs.filter((cost) => !kept.has(cost));
  return [...costs.filter((cost) => kept.has(cost)), costTogether(`${others.length} others`, others)];
}

/** One bar a kind of cost; the longest carries its number. */
function barsOf(row: number, shares: readonly { readonly share: number; readonly ink: Ink }[]): Mark[] {
  const longest = Math.max(...shares.map(({ share }) => share));
  return shares.flatMap(({ share, ink }, index): Mark[] => {
    const y = row + (index - (shares.length - 1) / 2) * THICKNESS;
    const bar: Mark = { kind: 'bar', y, from: 0, to: share, thickness: 0.9 * THICKNESS, ink };
    if (share < longest || share < LABELLED) return [bar];
    return [bar, { kind: 'label', x: share, y, text: `${Math.round(share)} %`, ink, side: 'right' }];
  });
}
