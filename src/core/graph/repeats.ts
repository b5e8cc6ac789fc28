import { besideOf } from './beside.ts';
import { chainsOf } from './regions.ts';
import type { Chain, Region } from './regions.ts';
import { DEPTHWISE, signatures } from './signature.ts';
import type { Graph, Operator, TensorId } from './types.ts';

/** A chain of layers whose output has the shape of its input, so that it can stand any number of times in a row. */
export interface RepeatUnit {
  readonly layers: readonly string[];
}

/** Equal units in a row, with the block before them that leads in where one of their kind changes the shape. */
export interface Stage {
  /** Of the first layer: its block where it has one. */
  readonly name: string;
  readonly units: readonly RepeatUnit[];
  /** Whether a block that changes the shape stands before the units and counts as one of the stage. */
  readonly hasEntry: boolean;
  /** Layers with a matrix or filters in one unit. */
  readonly weighted: number;
}

/** A unit that repeats is at most so many regions long; blocks of published networks have fewer than 20. */
const LONGEST_UNIT = 64;
/** A block that leads in may have so many weighted operators more than its stage's units: a shortcut's projection. */
const MOST_EXTRA = 2;

/** Stages of repeatable blocks, in the order of the forward pass. */
export function stagesOf(graph: Graph): Stage[] {
  const beside = besideOf(graph);
  const chains = chainsOf(graph)
    .map((chain) => new ChainStages(graph, chain, beside))
    .sort((a, b) => b.operators - a.operators);
  const taken = new Set<Operator>();
  const find = (isFree: (region: Region) => boolean): Found[] =>
    chains.flatMap((chain) => {
      const found = chain.stages(isFree);
      for (const { regions } of found) for (const region of regions) for (const op of region.operators) taken.add(op);
      return found;
    });
  // A branch of a residual block is repeated only where nothing else repeats.
  const blocks = new Set(chains.flatMap((chain) => chain.blocks));
  const isUntaken = ({ operators }: Region): boolean => operators.every((op) => !taken.has(op));
  const isNoBranch = (region: Region): boolean => isResidual(region) || region.operators.every((op) => !blocks.has(op));
  const found = find((region) => isUntaken(region) && isNoBranch(region));
  const all = found.length > 0 ? found : find(isUntaken);
  return all.sort((a, b) => a.place - b.place).map(({ stage }) => stage);
}

interface Found {
  readonly stage: Stage;
  readonly regions: readonly Region[];
  readonly place: number;
}

/** One chain and what repeats in it. */
class ChainStages {
  readonly operators: number;
  /** Operators inside residual blocks, where a branch is not repeated by itself. */
  readonly blocks: readonly Operator[];
  private readonly graph: Graph;
  private readonly chain: Chain;
  private readonly inChain: ReadonlySet<Operator>;
  private readonly beside: ReturnType<typeof besideOf>;
  private readonly keys: readonly string[];
  private readonly weights: readonly string[][];

  constructor(graph: Graph, chain: Chain, beside: ReturnType<typeof besideOf>) {
    this.beside = beside;
    this.graph = graph;
    this.chain = chain;
    this.inChain = new Set(chain.flatMap(({ operators }) => operators));
    this.keys = chain.map((region) => signatures.region(graph, region));
    this.weights = chain.map(({ operators }) => operators.flatMap((op) => signatures.weight(graph, op)));
    this.operators = chain.reduce((sum, { operators }) => sum + operators.length, 0);
    this.blocks = chain.filter((region) => isResidual(region)).flatMap(({ operators }) => operators);
  }

  stages(isFree: (region: Region) => boolean): Found[] {
    const found: Found[] = [];
    let first = 0;
    const free = this.chain.map(isFree);
    for (let at = 0; at < this.chain.length; at++) {
      const run = free[at] && this.weights[at].length > 0 ? this.runAt(at, free) : undefined;
      if (!run) continue;
      const units = Array.from({ length: run.times }, (_, i) => this.unit(at + i * run.length, run.length));
      if (units.every((unit) => unit !== undefined)) {
        const entry = this.entryBefore(at, run.length, first, free);
        const regions = this.chain.slice(entry ?? at, at + run.length * run.times);
        found.push({
          stage: {
            name: this.nameOf(units[0].layers[0]),
            units,
            hasEntry: entry !== undefined,
            weighted: this.weights.slice(at, at + run.length).flat().length,
          },
          regions,
          place: this.graph.operators.indexOf(this.chain[at].operators[0]),
        });
        at += run.length * run.times - 1;
        first = at + 1;
      }
    }
    return found;
  }

  /** The longest run of equal units from here, else one unit alone. */
  private runAt(at: number, free: readonly boolean[]): { length: number; times: number } | undefined {
    let best: { length: number; times: number } | undefined;
    const longest = Math.min(LONGEST_UNIT, Math.floor((this.chain.length - at) / 2));
    for (let length = 1; length <= longest; length++) {
      if (!this.keepsShape(at, length)) continue;
      let times = 1;
      while (this.isEqual(at, at + times * length, length)) times++;
      if (times > 1 && length * times > (best ? best.length * best.times : 0)) best = { length, times };
    }
    if (best && free.slice(at, at + best.length * best.times).every(Boolean)) return best;
    return this.isBlock(at) ? { length: 1 + this.trailing(at + 1), times: 1 } : undefined;
  }

  /** Whether a region that stands once may stand again: a residual block, or one layer that mixes channels and keeps the shape. */
  private isBlock(at: number): boolean {
    const { operators } = this.chain[at];
    const isLayer = operators.length === 1 && this.weights[at].every((kind) => !kind.startsWith(DEPTHWISE));
    return this.keepsShape(at, 1) && (isResidual(this.chain[at]) || isLayer);
  }

  /** Norms and activations that follow a region and belong to it. */
  private trailing(from: number): number {
    let count = 0;
    while (
      from + count < this.chain.length &&
      this.weights[from + count].length === 0 &&
      this.keepsShape(from + count, 1)
    )
      count++;
    return count;
  }

  private keepsShape(at: number, length: number): boolean {
    return (
      at + length <= this.chain.length && this.shape(this.chain[at].from) === this.shape(this.chain[at + length - 1].to)
    );
  }

  private isEqual(at: number, other: number, length: number): boolean {
    if (other + length > this.chain.length) return false;
    for (let i = 0; i < length; i++) if (this.keys[at + i] !== this.keys[other + i]) return false;
    return true;
  }

  /** Where the block that leads into the stage begins: its weighted operators hold those of a unit. */
  private entryBefore(at: number, length: number, first: number, free: readonly boolean[]): number | undefined {
    const wanted = this.weights.slice(at, at + length).flat();
    const seen: string[] = [];
    for (let i = at - 1; i >= first && free[i]; i--) {
      const isPad = this.chain[i].operators.every(({ kind }) => kind === 'pad');
      if (this.weights[i].length === 0 && !this.keepsShape(i, 1) && !isPad) return undefined;
      seen.push(...this.weights[i]);
      if (seen.length > wanted.length + MOST_EXTRA) return undefined;
      if (holds(seen, wanted)) return i;
    }
    return undefined;
  }

  /** The layers of a unit; undefined where a layer stands in other places too, or a weight that a copy could not have for itself. */
  private unit(at: number, length: number): RepeatUnit | undefined {
    const inside = this.beside(new Set(this.chain.slice(at, at + length).flatMap(({ operators }) => operators)));
    const names = new Set([...inside].map(({ layer }) => layer));
    const weights = new Set([...inside].flatMap(({ inputs }) => inputs.filter((id) => this.isWeight(id))));
    const strays = this.graph.operators.some(
      (op) =>
        !inside.has(op) &&
        (op.inputs.some((id) => weights.has(id) && !this.isCopyable(id, op, names)) ||
          (names.has(op.layer) && this.flows(op, inside))),
    );
    return strays ? undefined : { layers: this.withSilent(names) };
  }

  /** Whether an operator outside the unit reads what it makes or makes what it reads: a part of a layer that stands outside. */
  private flows(operator: Operator, inside: ReadonlySet<Operator>): boolean {
    const made = new Set([...inside].flatMap(({ outputs }) => outputs));
    const read = new Set([...inside].flatMap(({ inputs }) => inputs));
    const isAfter = operator.outputs.length > 0 && operator.inputs.some((id) => made.has(id));
    return isAfter || (operator.inputs.length > 0 && operator.outputs.some((id) => read.has(id)));
  }

  /** Layers without operators, such as dropout, that stand between those of the unit. */
  private withSilent(names: ReadonlySet<string>): string[] {
    const { layers, operators } = this.graph;
    const busy = new Set(operators.map(({ layer }) => layer));
    const places = layers.flatMap(({ name }, index) => (names.has(name) ? [index] : []));
    return layers
      .slice(places[0], places.at(-1)! + 1)
      .map(({ name }) => name)
      .filter((name) => names.has(name) || !busy.has(name));
  }

  private isWeight(id: TensorId): boolean {
    return this.graph.tensors[id].source === 'parameter';
  }

  /**
   * Whether a copy may have its own of a weight that an operator outside reads too. Exporters keep equal weights of layers once:
   * those of blocks in a row, and biases anywhere. Matrices of two towers are shared on purpose.
   */
  private isCopyable(id: TensorId, reader: Operator, names: ReadonlySet<string>): boolean {
    return !names.has(reader.layer) && (this.graph.tensors[id].shape.length < 2 || this.inChain.has(reader));
  }

  private nameOf(layer: string): string {
    const found = this.graph.layers.find(({ name }) => name === layer);
    return found && found.block !== '' ? found.block : layer;
  }

  private shape(id: TensorId): string {
    return this.graph.tensors[id].shape.join('x');
  }
}

/** Whether a region's ways meet again in a sum, as those of residual blocks do. */
function isResidual({ operators }: Region): boolean {
  const last = operators.at(-1)!;
  return (
    operators.length > 1 &&
    (last.kind === 'add' || (last.kind === 'binary' && /add|plus/i.test(last.attributes.function ?? '')))
  );
}

/** Whether a multiset holds another one. */
function holds(all: readonly string[], wanted: readonly string[]): boolean {
  const rest = [...all];
  return wanted.every((one) => {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}
