import { ShapeError } from './sizes.ts';
import type { Shape } from './sizes.ts';

/** The letters of an equation such as `abc,cd->abd`, and of an ellipsis as many capitals as it stands for. */
export function lettersOf(equation: string, ranks: readonly number[]): { inputs: string[]; output: string } {
  const [left, right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (right === undefined || terms.length !== ranks.length)
    throw new ShapeError(`the equation '${equation}' wants ${terms.length} inputs and an output, got ${ranks.length}`);
  const hidden = Math.max(
    0,
    ...terms.map((term, i) => (term.includes('...') ? ranks[i] - term.replace('...', '').length : 0)),
  );
  const capitals = (count: number): string => 'ZYXWVUTS'.slice(8 - count);
  const expand = (term: string, rank: number): string =>
    term.replace('...', capitals(Math.min(8, Math.max(0, rank - term.replace('...', '').length))));
  return {
    inputs: terms.map((term, index) => expand(term, ranks[index])),
    output: right.replace('...', capitals(Math.min(8, hidden))),
  };
}

/** The extent of every letter of an equation. */
export function einsumExtents(inputs: readonly Shape[], equation: string): Map<string, number> {
  const extents = new Map<string, number>();
  const { inputs: terms } = lettersOf(
    equation,
    inputs.map((shape) => shape.length),
  );
  for (const [index, term] of terms.entries()) {
    if (term.length !== inputs[index].length)
      throw new ShapeError(`'${term}' of '${equation}' does not name the axes of [${inputs[index]}]`);
    for (const [axis, letter] of [...term].entries()) {
      const [before, extent] = [extents.get(letter) ?? 1, inputs[index][axis]];
      if (before !== extent && before !== 1 && extent !== 1)
        throw new ShapeError(`'${letter}' of '${equation}' is both ${before} and ${extent}`);
      extents.set(letter, Math.max(before, extent));
    }
  }
  return extents;
}

export function einsumShape(inputs: readonly Shape[], equation: string): number[] {
  const extents = einsumExtents(inputs, equation);
  const { output } = lettersOf(
    equation,
    inputs.map((shape) => shape.length),
  );
  return [...output].map((letter) => {
    const extent = extents.get(letter);
    if (extent === undefined) throw new ShapeError(`'${letter}' of '${equation}' stands in no input`);
    return extent;
  });
}
