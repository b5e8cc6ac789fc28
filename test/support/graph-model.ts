import { GraphBuilder } from '../../src/core/graph/builder.ts';
import type { Attributes, Graph, OperatorKind, TensorId } from '../../src/core/graph/types.ts';
import type { Edit } from '../../src/core/model/edit.ts';
import type { Model, ModelInput } from '../../src/core/model/model.ts';

/** An operator of a document in memory. Inputs name the model's inputs, outputs of other operators, or weights by `%name`. */
export interface NetOperator {
  readonly kind: OperatorKind;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface NetLayer {
  readonly name: string;
  readonly operators: readonly NetOperator[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

/** The simplest document that holds a graph of layers: what a format's file says, as plain data. */
export interface NetDocument {
  readonly name: string;
  readonly inputs: readonly ModelInput[];
  readonly layers: readonly NetLayer[];
  readonly output: string;
}

/** A document as a model; its edits are replayed on the document as a format would. */
export function graphModel(net: NetDocument): Model {
  return {
    name: net.name,
    format: 'onnx',
    origin: 'test',
    inputs: net.inputs,
    lower: ({ batch = 1 } = {}) => lowered(net, batch),
    apply: (edits) => graphModel(edits.reduce(applyEdit, net)),
    write: () => ({ extension: '.json', bytes: new TextEncoder().encode(JSON.stringify(net)) }),
  };
}

function lowered(net: NetDocument, batch: number): Graph {
  const builder = new GraphBuilder();
  const known = new Map<string, TensorId>();
  for (const { name, shape, dtype } of net.inputs)
    known.set(name, builder.input(name, [batch, ...shape.map((extent) => extent ?? 1)], dtype));
  for (const { name, operators, weights } of net.layers) {
    builder.at(name, operators[0]?.kind ?? 'Dropout');
    for (const [weight, shape] of Object.entries(weights)) {
      if (known.has(`%${weight}`)) continue;
      const role = 'matrix' as const;
      known.set(`%${weight}`, builder.parameter({ name: weight, shape, role, fanIn: 1, residual: false, layer: name }));
    }
    for (const { kind, inputs, outputs, attributes } of operators) {
      const ids = inputs.map((input) => known.get(input)!);
      for (const [index, id] of builder.addAll(kind, ids, attributes).entries())
        if (outputs[index]) known.set(outputs[index], id);
    }
  }
  return builder.finish({ output: known.get(net.output)! });
}

function applyEdit(net: NetDocument, edit: Edit): NetDocument {
  switch (edit.kind) {
    case 'input':
      return {
        ...net,
        inputs: net.inputs.map((input) => (input.name === edit.input ? { ...input, shape: edit.shape } : input)),
      };
    case 'axis':
      return mapLayers(net, (layer) => {
        const shape = layer.weights[edit.tensor];
        return shape
          ? { ...layer, weights: { ...layer.weights, [edit.tensor]: shape.with(edit.axis, edit.size) } }
          : layer;
      });
    case 'attribute':
      return mapLayers(net, (layer) => (layer.name === edit.layer ? withAttribute(layer, edit) : layer));
    case 'repeat':
      return repeated(net, edit.layers, edit.times);
    case 'parameter':
      throw new Error('a document of layers has no parameters of a family');
  }
}

const mapLayers = (net: NetDocument, map: (layer: NetLayer) => NetLayer): NetDocument => ({
  ...net,
  layers: net.layers.map(map),
});

function withAttribute(layer: NetLayer, edit: Extract<Edit, { kind: 'attribute' }>): NetLayer {
  const having = layer.operators.filter(({ attributes }) => attributes[edit.attribute] !== undefined);
  const target = having[edit.index ?? 0];
  return {
    ...layer,
    operators: layer.operators.map((op) =>
      op === target ? { ...op, attributes: { ...op.attributes, [edit.attribute]: edit.value } } : op,
    ),
  };
}

function repeated(net: NetDocument, names: readonly string[], times: number): NetDocument {
  const chain = net.layers.filter(({ name }) => names.includes(name));
  const rest = net.layers.filter(({ name }) => !names.includes(name));
  const made = new Set(chain.flatMap(({ operators }) => operators.flatMap(({ outputs }) => outputs)));
  const from = chain[0].operators[0].inputs.find((input) => !input.startsWith('%') && !made.has(input))!;
  const read = new Set([net.output, ...rest.flatMap(({ operators }) => operators.flatMap(({ inputs }) => inputs))]);
  const to = [...made].find((output) => read.has(output))!;
  const last = times === 0 ? from : times === 1 ? to : copyName(to, times);
  const copies = Array.from({ length: Math.max(0, times - 1) }, (_, i) => {
    const rename = (name: string): string => {
      if (name.startsWith('%')) return `%${copyName(name.slice(1), i + 2)}`;
      if (name === from) return i === 0 ? to : copyName(to, i + 1);
      return made.has(name) ? copyName(name, i + 2) : name;
    };
    return chain.map((layer) => copied(layer, rename, i + 2));
  });
  const redirect = (name: string): string => (name === to ? last : name);
  const at = net.layers.indexOf(chain.at(-1)!);
  const before = net.layers.slice(0, at + 1).filter((layer) => times > 0 || !chain.includes(layer));
  const after = net.layers.slice(at + 1).map((layer) => redirected(layer, redirect));
  return { ...net, output: redirect(net.output), layers: [...before, ...copies.flat(), ...after] };
}

const copyName = (name: string, copy: number): string => `${name}#${copy}`;

const copied = (layer: NetLayer, rename: (name: string) => string, copy: number): NetLayer => ({
  name: copyName(layer.name, copy),
  weights: Object.fromEntries(Object.entries(layer.weights).map(([name, shape]) => [copyName(name, copy), shape])),
  operators: layer.operators.map((op) => ({ ...op, inputs: op.inputs.map(rename), outputs: op.outputs.map(rename) })),
});

const redirected = (layer: NetLayer, redirect: (name: string) => string): NetLayer => ({
  ...layer,
  operators: layer.operators.map((op) => ({ ...op, inputs: op.inputs.map(redirect) })),
});
