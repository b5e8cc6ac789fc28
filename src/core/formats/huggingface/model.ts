import type { Graph } from '../../graph/types.ts';
import type { Edit } from '../../model/edit.ts';
import { modelOfFamily } from '../../model/families.ts';
import type { DeclaredKnob, Model } from '../../model/model.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Adapter } from './adapter.ts';
import { setInJson } from './edit-json.ts';
import { openConfig } from './open-config.ts';
import type { ConfigDocument } from './open-config.ts';
import { parameterAt, writeParameter } from './write-parameter.ts';

/**
 * The model that a Hugging Face `config.json` describes: a member of one of our families, read by the adapter of its
 * `model_type`. Throws `invalid-input` with the key that does not fit, or with the model types that are known.
 */
export function huggingFaceModel(text: string, name: string): Model {
  const document = openConfig(text);
  const { adapter, reader, place } = document;
  const model = modelOfFamily(adapter.read(reader), name);
  return {
    ...model,
    format: 'huggingface',
    origin: [adapter.modelType, ...notesOf(document, place)].join(', '),
    family: { ...model.family!, knobs: writable(model.family!.knobs, adapter) },
    lower: (options) => named(model.lower(options), adapter.names?.(reader)),
    apply: (edits) => applied(text, edits, name),
    write: () => ({ extension: '.json', bytes: new TextEncoder().encode(text) }),
  };
}

function notesOf({ adapter, reader }: ConfigDocument, place: readonly string[]): string[] {
  return [
    ...(place.length > 0 ? ['the language model alone'] : []),
    ...(reader.architecture === undefined && place.length === 0 ? ['no architectures: head assumed'] : []),
    ...(adapter.notes?.(reader) ?? []),
  ];
}

/** Knobs that the file has keys for. */
const writable = (knobs: readonly DeclaredKnob[], { keys, entry }: Adapter): DeclaredKnob[] =>
  knobs.filter(({ path }) => (keys[path] ?? []).length > 0 || entry?.(path) !== undefined);

/** The graph with the names of weights as transformers has them. */
function named(graph: Graph, nameOf: ((name: string) => string) | undefined): Graph {
  if (!nameOf) return graph;
  const tensors = graph.tensors.map((tensor) =>
    tensor.source === 'parameter' || tensor.source === 'buffer' ? { ...tensor, name: nameOf(tensor.name) } : tensor,
  );
  const parameters = graph.parameters.map(({ tensor, parameter }) => ({
    tensor,
    parameter: { ...parameter, name: nameOf(parameter.name) },
  }));
  return { ...graph, tensors, parameters };
}

/** The model of the edited text, which must say what the edits asked for. */
function applied(text: string, edits: readonly Edit[], name: string): Model {
  const model = huggingFaceModel(edits.reduce(applyEdit, text), name);
  const last = new Map(edits.flatMap((edit) => (edit.kind === 'parameter' ? [[edit.path, edit.value] as const] : [])));
  for (const [path, value] of last) {
    const got = parameterAt(model.family!.parameters, path);
    if (got === undefined || got === value) continue;
    throw new IsoflopError('invalid-input', `the config.json cannot say ${path} = ${JSON.stringify(value)}`, { path });
  }
  return model;
}

/** An edit that sets a parameter becomes an edit of the text. */
function applyEdit(text: string, edit: Edit): string {
  if (edit.kind !== 'parameter') throw new Error(`internal: a config.json takes no edit of kind '${edit.kind}'`);
  const document = openConfig(text);
  return writeParameter(document, edit.path, edit.value).reduce(
    (written, { key, value }) => setInJson(written, [...document.place, key], value),
    text,
  );
}
