import type { Call } from '../call.ts';

/** The equation of an EinsumDense, such as `...ab,bc->...ac`, by its parts without the dots. */
export interface Equation {
  readonly text: string;
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
  /** Place in `output_shape`, which leaves the batch out, of an output letter; undefined for the batch. */
  outputPlace(index: number): number | undefined;
  /** Shape of the bias and its letters: from its first axis on, 1 where an axis has none. */
  bias(axes: string, extents: ReadonlyMap<string, number>): { shape: number[]; letters: string };
}

/** Reads the equation; dots may stand at the start or at the end of the input and of the output. */
export function equationOf(call: Call): Equation {
  const text = call.config.get('equation').string().replaceAll(' ', '');
  const match = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/.exec(text);
  if (match === null || match[1] !== match[5] || match[3] !== match[7] || (match[1] && match[3]))
    throw call.config.get('equation').refusal(`'${text}' is no equation of an EinsumDense such as 'ab,bc->ac'`);
  const [, before, input, after, kernel, , output] = match;
  const elided = call.shape.length - input.length;
  if (elided < 0 || (elided > 0 && !before && !after))
    throw call.refusal(`the equation '${text}' wants ${input.length} axes, got [${call.shape}]`);
  return {
    text,
    input,
    kernel,
    output,
    outputPlace: (index) => {
      // Keras puts the axes that leading dots stand for, less the batch, before `output_shape`.
      const place = before && elided > 0 ? index : index - 1;
      return place < 0 ? undefined : place;
    },
    bias: (axes, extents) => {
      const first = Math.min(...[...axes].map((letter) => output.indexOf(letter)));
      if (first < 0) throw call.refusal(`the bias axes '${axes}' are not among the outputs of '${text}'`);
      const letters = output.slice(first);
      const shape = [...letters].map((letter) => (axes.includes(letter) ? extents.get(letter)! : 1));
      return { shape: after ? [...shape, ...Array<number>(elided).fill(1)] : shape, letters };
    },
  };
}

/** The extent of every letter: of the input by its shape, of the outputs by `output_shape`. */
export function extentsOf(call: Call, equation: Equation): Map<string, number> {
  const { input, kernel, output, text } = equation;
  const elided = text.startsWith('...') ? call.shape.length - input.length : 0;
  const extents = new Map([...input].map((letter, axis) => [letter, call.shape[axis + elided]]));
  const said = call.config.get('output_shape');
  const values = said.isArray ? said.items() : [said];
  for (const [index, letter] of [...output].entries()) {
    if (extents.has(letter)) continue;
    const place = equation.outputPlace(index);
    const value = place === undefined ? undefined : values[place];
    if (value === undefined || value.isNull) throw said.refusal(`it says no extent of '${letter}' in '${text}'`);
    extents.set(letter, value.integer({ min: 1 }));
  }
  const free = [...kernel].find((letter) => !extents.has(letter));
  if (free !== undefined) throw call.refusal(`'${free}' of the kernel stands neither in the input nor in the output`);
  return extents;
}
