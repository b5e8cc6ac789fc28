import { IsoflopError } from '../../terms/errors.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { isWrapper, unwrapped } from './wrapped.ts';
import type { Argument, DocumentNode, InputList, NodeDocument, NodeInput, Weight } from '../nodes/document.ts';

/** Element types that hold whole numbers or truth values, as torch's schema numbers them. */
const WHOLE_TYPES = new Set([1, 2, 3, 4, 5, 12]);

/** The program as operations on named tensors, and what the file says of each node, by its name. */
export interface TorchNodes {
  readonly document: NodeDocument;
  readonly nodes: ReadonlyMap<string, JsonCursor>;
}

/** Reads the exported program of a `.pt2` file. Names that share a file of weights are tied. */
export function torchDocument(program: JsonCursor, weightFiles: ReadonlyMap<string, string>, name: string): TorchNodes {
  const module = program.get('graph_module');
  const graph = module.get('graph');
  const tensors = graph.get('tensor_values');
  const signature = module.get('signature');
  const { weights, inputs } = readInputs(signature, tensors, weightFiles);
  const sources = graph.get('nodes').items();
  const outputs = signature.get('output_specs').items().flatMap(outputName);
  return {
    document: { name, origin: originOf(program), inputs, weights, nodes: readNodes(graph), outputs },
    nodes: new Map(sources.map((source) => [readNode(source).name, source])),
  };
}

function originOf(program: JsonCursor): string {
  const version = program.find('torch_version')?.string();
  return version ? `torch.export, PyTorch ${version}` : 'torch.export';
}

/** The only key of a tagged union, and its value. */
function variant(cursor: JsonCursor): { tag: string; body: JsonCursor } {
  const [tag] = cursor.keys();
  if (tag === undefined) throw cursor.refusal('an object with one key is wanted, got none');
  return { tag, body: cursor.get(tag) };
}

function readInputs(
  signature: JsonCursor,
  tensors: JsonCursor,
  weightFiles: ReadonlyMap<string, string>,
): { weights: Map<string, Weight>; inputs: NodeInput[] } {
  const weights = new Map<string, Weight>();
  const inputs: NodeInput[] = [];
  const tied = new Map<string, Weight>();
  for (const spec of signature.get('input_specs').items()) {
    const { tag, body } = variant(spec);
    if (tag === 'user_input') {
      const name = tensorName(body.get('arg'));
      if (name !== undefined) inputs.push(readInput(name, tensors.get(name)));
    } else if (tag === 'parameter' || tag === 'buffer' || tag === 'tensor_constant') {
      const name = body.get('arg').get('name').string();
      const weight = readWeight(tag, body, tensors.get(name));
      const file = weightFiles.get(weight.name) ?? weight.name;
      if (!tied.has(file)) tied.set(file, weight);
      weights.set(name, tied.get(file)!);
    }
  }
  return { weights, inputs };
}

const tensorName = (argument: JsonCursor): string | undefined => argument.find('as_tensor')?.get('name').string();

function outputName(spec: JsonCursor): string[] {
  const { tag, body } = variant(spec);
  const name = tag === 'user_output' ? tensorName(body.get('arg')) : undefined;
  return name === undefined ? [] : [name];
}

/** Extents of a tensor; where they are symbols, the size that it was exported at. */
function readSizes(tensor: JsonCursor): { extent: number; isFree: boolean }[] {
  return tensor
    .get('sizes')
    .items()
    .map((size) => {
      const fixed = size.find('as_int');
      if (fixed) return { extent: fixed.integer({ min: 0 }), isFree: false };
      const hint = size.get('as_expr').find('hint')?.find('as_int');
      return { extent: hint?.integer({ min: 0 }) ?? 1, isFree: true };
    });
}

function readInput(name: string, tensor: JsonCursor): NodeInput {
  const sizes = readSizes(tensor);
  const whole = sizes.map(({ extent, isFree }) => (isFree ? null : extent));
  return {
    name,
    whole,
    shape: whole.slice(1),
    exported: sizes.map(({ extent }) => extent),
    dtype: WHOLE_TYPES.has(tensor.get('dtype').integer()) ? 'int32' : 'float32',
  };
}

function readWeight(tag: string, spec: JsonCursor, tensor: JsonCursor): Weight {
  const shape = readSizes(tensor).map(({ extent }) => extent);
  if (tag === 'tensor_constant') return { name: spec.get('tensor_constant_name').string(), shape, kind: 'constant' };
  if (tag === 'buffer') return { name: spec.get('buffer_name').string(), shape, kind: 'buffer' };
  const isTrained = tensor.find('requires_grad')?.value !== false;
  return { name: spec.get('parameter_name').string(), shape, kind: isTrained ? 'parameter' : 'frozen' };
}

const readNodes = (graph: JsonCursor): DocumentNode[] =>
  graph
    .get('nodes')
    .items()
    .flatMap((cursor) => {
      const node = readNode(cursor);
      return isWrapper(cursor.get('target').string()) ? unwrapped(node, cursor, readNodes) : [node];
    });

function readNode(cursor: JsonCursor): DocumentNode {
  const inputs: string[] = [];
  const attributes: Record<string, Argument | InputList> = {};
  for (const input of cursor.get('inputs').items()) {
    const argument = readArgument(input.get('arg'), inputs);
    if (argument !== undefined) attributes[input.get('name').string()] = argument;
  }
  const outputs = cursor.get('outputs').items().flatMap(readOutput);
  const target = cursor.get('target').string();
  const name = cursor.find('name')?.string() ?? outputs[0] ?? target;
  return { name, type: operationOf(target), block: blockOf(cursor), inputs, outputs, attributes };
}

/** `torch.ops.aten.conv2d.default` -> `conv2d`; other libraries' operations keep their whole name. */
function operationOf(target: string): string {
  const aten = /^torch\.ops\.aten\.(\w+)\.\w+$/.exec(target);
  return aten ? aten[1].replace(/(?<=[a-z\d])_$/i, '') : target.replace(/^(_operator|torch\.ops)\./, '');
}

/** The path of the module that the node came from; a module of torch.nn that runs one operation stands for its node. */
function blockOf(cursor: JsonCursor): string {
  const stack = cursor.find('metadata')?.find('nn_module_stack')?.string() ?? '';
  const last = stack.split(';').at(-1)!.split(',');
  const [path, module] = [last[1] ?? '', last[2] ?? ''];
  const isLeaf = module.startsWith('torch.nn.modules.') && !module.includes('.container.');
  return isLeaf ? path.slice(0, Math.max(0, path.lastIndexOf('.'))) : path;
}

function readOutput(cursor: JsonCursor): string[] {
  const { tag, body } = variant(cursor);
  if (tag === 'as_tensor') return [body.get('name').string()];
  if (tag === 'as_tensors') return body.items().map((item) => item.get('name').string());
  if (tag === 'as_sym_int' || tag === 'as_sym_bool' || tag === 'as_sym_float')
    return [body.find('as_name')?.string() ?? ''];
  return [''];
}

const placed = (inputs: string[], name: string): number => inputs.push(name) - 1;

/** One argument; tensors and symbols are added to the node's inputs. */
function readArgument(cursor: JsonCursor, inputs: string[]): Argument | InputList | undefined {
  const { tag, body } = variant(cursor);
  switch (tag) {
    case 'as_tensor':
      return { input: placed(inputs, body.get('name').string()) };
    case 'as_tensors':
    case 'as_optional_tensors': {
      const names = body
        .items()
        .map((item) => (tag === 'as_tensors' ? item.get('name').string() : (tensorName(item) ?? '')));
      const from = inputs.length;
      inputs.push(...names);
      return { from, count: names.length };
    }
    case 'as_sym_int':
    case 'as_sym_float':
      return readSymbol(body, inputs);
    case 'as_sym_ints':
      return body.items().map((item) => readSymbol(item, inputs));
    case 'as_ints':
    case 'as_floats':
      return body.items().map((item) => item.number());
    case 'as_int':
    case 'as_float':
    case 'as_scalar_type':
      return readNumber(body);
    case 'as_bool':
      return body.value === true;
    case 'as_string':
      return body.string();
    case 'as_none':
      return null;
    default:
      return undefined;
  }
}

/** Floats beyond JSON stand as text: `"Infinity"`. */
function readNumber(cursor: JsonCursor): number {
  return typeof cursor.value === 'string' ? Number(cursor.value) : cursor.number();
}

function readSymbol(cursor: JsonCursor, inputs: string[]): number | { readonly input: number } {
  const fixed = cursor.find('as_int') ?? cursor.find('as_float');
  if (fixed) return readNumber(fixed);
  const name = cursor.find('as_name')?.string();
  if (name === undefined) throw new IsoflopError('invalid-input', 'a symbol without a name', { path: cursor.path });
  return { input: placed(inputs, name) };
}
