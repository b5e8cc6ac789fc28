import type { Weights } from './evaluate.ts';

/** The weights of the best evaluation so far, and how many have passed since: what early stopping goes by (Prechelt 1998). */
export class BestWeights {
  /** What a checkpoint keeps of it, by name. */
  readonly slots: ReadonlyMap<string, Float32Array>;
  private readonly evaluated: Float32Array[];
  private readonly kept: Float32Array[];
  /** Lowest loss, and evaluations since. Both live in a slot, so that a resumed run compares the same digits. */
  private readonly state = Float32Array.of(Infinity, 0);
  private readonly patience: number;

  /** `patience`: evaluations in a row without a lower loss after which it is time to stop. */
  constructor({ parameters, buffers }: Weights, patience: number) {
    this.patience = patience;
    this.evaluated = [...parameters.values(), ...buffers.values()];
    this.kept = this.evaluated.map(({ length }) => new Float32Array(length));
    const named = this.kept.map((values, index) => [`best/${index}`, values] as const);
    this.slots = new Map([...named, ['best/state', this.state] as const]);
  }

  /** Takes note of an evaluation; true when it is time to stop. */
  note(loss: number): boolean {
    if (Math.fround(loss) < this.state[0]) {
      this.state.set([loss, 0]);
      for (const [index, values] of this.kept.entries()) values.set(this.evaluated[index]);
    } else this.state[1] += 1;
    return this.state[1] >= this.patience;
  }

  /** Puts the best weights in the place of the last ones, where there was an evaluation. */
  restore(): void {
    if (this.state[0] === Infinity) return;
    for (const [index, values] of this.evaluated.entries()) values.set(this.kept[index]);
  }
}
