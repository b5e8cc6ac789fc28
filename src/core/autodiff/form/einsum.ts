import { lettersOf } from '../../graph/einsum.ts';
import { sizeOf } from '../../graph/shapes.ts';
import type { Operator, TensorId } from '../../graph/types.ts';
import type { Rewriting } from './rewriting.ts';
import { cannotRun } from './functions.ts';

/** A tensor with a letter for each of its axes. */
interface Term {
  readonly id: TensorId;
  readonly letters: string;
}

/** An equation as matrix products, two operands at a time from the left. */
export function rewriteEinsum(form: Rewriting, operator: Operator): void {
  const ids = form.inputs(operator);
  const equation = operator.attributes.equation!;
  const { inputs, output } = lettersOf(
    equation,
    ids.map((id) => form.shapeOf(id).length),
  );
  if (inputs.some((letters) => new Set(letters).size < letters.length)) throw cannotRun(operator);
  const terms = ids.map((id, index): Term => ({ id, letters: inputs[index] }));
  const [first, ...others] = terms;
  const result = others.reduce((left, right, index) => {
    const later =
      output +
      others
        .slice(index + 1)
        .map(({ letters }) => letters)
        .join('');
    return contract(form, left, right, later);
  }, first);
  form.place(operator.outputs[0], arranged(form, summed(form, result, output), output).id);
}

/** Sums the axes away that nothing later has. */
function summed(form: Rewriting, { id, letters }: Term, later: string): Term {
  const axes = [...letters].flatMap((letter, axis) => (later.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { id, letters };
  const kept = [...letters].filter((letter) => later.includes(letter)).join('');
  return { id: form.add('reduce', [id], { reduction: 'sum', axes }), letters: kept };
}

function arranged(form: Rewriting, { id, letters }: Term, wanted: string): Term {
  if (letters === wanted) return { id, letters };
  const permutation = [...wanted].map((letter) => letters.indexOf(letter));
  return { id: form.add('transpose', [id], { permutation }), letters: wanted };
}

/** [shared, left, inner] x [shared, inner, right]. */
function contract(form: Rewriting, left: Term, right: Term, later: string): Term {
  const a = summed(form, left, later + right.letters);
  const b = summed(form, right, later + left.letters);
  const both = [...a.letters].filter((letter) => b.letters.includes(letter));
  const shared = both.filter((letter) => later.includes(letter)).join('');
  const inner = both.filter((letter) => !later.includes(letter)).join('');
  const only = (one: Term, other: Term): string =>
    [...one.letters].filter((letter) => !other.letters.includes(letter)).join('');
  const [rows, columns] = [only(a, b), only(b, a)];
  const extents = new Map(
    [a, b].flatMap(({ id, letters }) => [...letters].map((letter, axis) => [letter, form.shapeOf(id)[axis]] as const)),
  );
  const size = (letters: string): number => sizeOf([...letters].map((letter) => extents.get(letter)!));
  const flat = (term: Term, order: readonly string[]): TensorId =>
    form.reshape(arranged(form, term, order.join('')).id, matrix(shared, order.slice(1)).map(size));
  const y = form.add('matmul', [flat(a, [shared, rows, inner]), flat(b, [shared, inner, columns])]);
  const letters = shared + rows + columns;
  return {
    id: form.reshape(
      y,
      [...letters].map((letter) => extents.get(letter)!),
    ),
    letters,
  };
}

/** Without shared letters the factors are plain matrices. */
const matrix = (shared: string, axes: readonly string[]): string[] => (shared === '' ? [...axes] : [shared, ...axes]);
