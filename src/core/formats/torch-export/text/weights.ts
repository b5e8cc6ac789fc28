import type { Parameter } from '../../../graph/parameter.ts';
import { sizeOf } from '../../../graph/sizes.ts';
import type { Weight } from '../../nodes/document.ts';
import { BOOLEAN, FLOAT32, bracketed, floatLiteral, isFloatType, typeLiteral } from './literals.ts';

/** First values of weights, by what they are for: each is written once where a model needs it. */
const MAKERS = {
  gain: ['def gain(*shape):', '    return nn.Parameter(torch.ones(shape))'],
  bias: ['def bias(*shape):', '    return nn.Parameter(torch.zeros(shape))'],
  matrix: [
    'def matrix(*shape, inputs):',
    '    """A spread of one over the root of the inputs keeps the scale of what comes in."""',
    '    return nn.Parameter(torch.randn(shape) * inputs**-0.5)',
  ],
  table: ['def table(*shape):', '    return nn.Parameter(0.02 * torch.randn(shape))'],
} as const;

export type Maker = keyof typeof MAKERS;

export const makerText = (maker: Maker): readonly string[] => MAKERS[maker];

export interface WeightText {
  /** The expression of its first values. */
  readonly text: string;
  readonly maker?: Maker;
  /** Whether the document's values were too many to be written. */
  readonly lacksValues?: boolean;
}

const MAKER_OF: Readonly<Record<Parameter['role'], Maker>> = {
  matrix: 'matrix',
  head: 'matrix',
  embedding: 'table',
  position: 'table',
  gain: 'gain',
  bias: 'bias',
};

/** A parameter with first values: a scaled model was never trained at its size. */
export function parameterText({ role, shape, fanIn, frozen }: Parameter, type: number): WeightText {
  const maker = MAKER_OF[role];
  const inputs = maker === 'matrix' ? [`inputs=${Math.max(1, fanIn)}`] : [];
  const made = `${maker}(${[...shape.map(String), ...inputs].join(', ')})`;
  const typed = type === FLOAT32 ? made : `nn.Parameter(${made}.to(${typeLiteral(type)}))`;
  return { text: frozen ? `${typed}.requires_grad_(False)` : typed, maker };
}

/** So many numbers are written out; more of them are no text to read. */
const MOST_WRITTEN = 256;

/** A buffer or a constant: statistics start afresh, other values are those of the document where they still fit. */
export function bufferText(
  { shape }: Weight,
  type: number,
  statistic: 'mean' | 'variance' | undefined,
  values: readonly number[] | undefined,
  indent: string,
): WeightText {
  const sizes = shape.join(', ');
  if (statistic) return { text: `torch.${statistic === 'mean' ? 'zeros' : 'ones'}(${sizes})` };
  const dtype = type === FLOAT32 ? '' : `, dtype=${typeLiteral(type)}`;
  const extents = `(${sizes}${shape.length === 1 ? ',' : ''})`;
  const pattern = values && patternText(values, shape, type);
  if (pattern !== undefined) return { text: pattern };
  if (!values || values.length > MOST_WRITTEN) return { text: `torch.ones(${extents}${dtype})`, lacksValues: true };
  const written = values.map((value) => literal(value, type));
  if (shape.length === 0) return { text: `torch.tensor(${written[0]}${dtype})` };
  const flat = bracketed('torch.tensor([', written, `]${dtype})`, indent);
  return { text: shape.length === 1 ? flat : `${flat}.view(${sizes})` };
}

function literal(value: number, type: number): string {
  if (type === BOOLEAN) return value ? 'True' : 'False';
  return isFloatType(type) ? floatLiteral(Number(value.toPrecision(9))) : String(value);
}

/** Values that have a short name: one number, places from 0, a triangle of ones. */
function patternText(values: readonly number[], shape: readonly number[], type: number): string | undefined {
  const dtype = typeLiteral(type);
  const sizes = shape.join(', ');
  if (shape.length === 0 || sizeOf(shape) === 0) return undefined;
  if (values.every((value) => value === values[0]))
    return `torch.full((${sizes}${shape.length === 1 ? ',' : ''}), ${literal(values[0], type)}, dtype=${dtype})`;
  const length = shape.at(-1)!;
  if (values.length === length && values.every((value, index) => value === index))
    return `torch.arange(${length}, dtype=${dtype})${shape.length === 1 ? '' : `.view(${sizes})`}`;
  const rows = shape.at(-2) ?? 1;
  if (values.length !== rows * length) return undefined;
  const isTriangle = (inside: (row: number, column: number) => boolean): boolean =>
    values.every((value, index) => value === Number(inside(Math.floor(index / length), index % length)));
  const ones = `torch.ones(${sizes}, dtype=${dtype})`;
  if (isTriangle((row, column) => column <= row)) return `${ones}.tril()`;
  return isTriangle((row, column) => column > row) ? `${ones}.triu(1)` : undefined;
}
