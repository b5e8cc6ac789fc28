import { IsoflopError } from '../terms/errors.ts';
import { didYouMean, listed } from '../terms/names.ts';

/** The columns of a table by name. A name that two of them bear says which only by its number: `#7` is the seventh. */
export class ColumnIndex {
  /** In the table's order; a name may be empty, or stand twice. */
  readonly names: readonly string[];
  private readonly places = new Map<string, number[]>();

  constructor(columns: readonly string[]) {
    this.names = columns;
    for (const [index, name] of columns.entries()) {
      const places = this.places.get(name);
      if (places) places.push(index);
      else this.places.set(name, [index]);
    }
  }

  /** Place of the column of that name (or `#number`), undefined where there is none. Throws where two columns bear it. */
  find(name: string): number | undefined {
    const places = name === '' ? undefined : this.places.get(name);
    if (!places) return this.byNumber(name);
    if (places.length === 1) return places[0];
    const numbers = places.map((place) => `#${place + 1}`);
    throw new IsoflopError('invalid-input', `the table has ${places.length} columns called '${name}'`, {
      hint: `Name the one that is meant by its number: --map "${name}=${numbers[0]}" (they are ${listed(numbers)}).`,
    });
  }

  /** As `find`, but a column must be there; `wanted` says what asked for it. */
  get(name: string, wanted: string): number {
    const place = this.find(name);
    if (place !== undefined) return place;
    throw new IsoflopError('missing', `${wanted}: the table has no column '${name}'`, {
      hint: `${didYouMean(name, this.places.keys())}Its columns: ${this.list()}.`,
    });
  }

  list(): string {
    return listed(this.names.map((name, place) => (name === '' ? `#${place + 1} (no name)` : name)));
  }

  private byNumber(name: string): number | undefined {
    const place = /^#\d{1,7}$/.test(name) ? Number(name.slice(1)) - 1 : -1;
    return place >= 0 && place < this.names.length ? place : undefined;
  }
}
