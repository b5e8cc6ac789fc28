import { stringify } from 'yaml';
import type { ZodType } from 'zod';
import type { Graph } from '../graph/types.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Edit } from './edit.ts';
import type { DeclaredKnob, LowerOptions, Model, ModelInput } from './model.ts';

/** A family of models: what its parameters are, how a member becomes a graph, and what may vary. */
export interface Family<Spec extends { readonly family: string }> {
  readonly family: Spec['family'];
  /** Checks a member's parameters and fills in the defaults. */
  readonly schema: ZodType<Spec>;
  inputs(spec: Spec): readonly ModelInput[];
  lower(spec: Spec, options: LowerOptions): Graph;
  knobs(spec: Spec): readonly DeclaredKnob[];
}

/** A family without the type of its parameters: what the list of families holds. */
export interface OpenFamily {
  readonly family: string;
  /** The member that a document describes. Throws `invalid-input` with the path of what does not fit. */
  open(document: unknown, name: string): Model;
}

export const openFamily = <Spec extends { readonly family: string }>(family: Family<Spec>): OpenFamily => ({
  family: family.family,
  open: (document, name) => familyModel(family, checked(family, document), name),
});

/** A member of a family as a model. Its document is YAML, its edits set parameters by path. */
export function familyModel<Spec extends { readonly family: string }>(
  family: Family<Spec>,
  spec: Spec,
  name: string,
): Model {
  return {
    name,
    format: 'family',
    origin: family.family,
    inputs: family.inputs(spec),
    family: { family: family.family, parameters: spec, knobs: family.knobs(spec) },
    lower: (options = {}) => family.lower(spec, options),
    apply: (edits) => familyModel(family, checked(family, setParameters(spec, edits)), name),
    write: () => ({ extension: '.yaml', bytes: new TextEncoder().encode(stringify(spec)) }),
  };
}

function checked<Spec extends { readonly family: string }>(family: Family<Spec>, value: unknown): Spec {
  const result = family.schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const words = issue.message.replace(/^Invalid input: (.*), received undefined$/, 'this is missing ($1)');
  throw new IsoflopError('invalid-input', `the ${family.family}: ${words}`, { path: issue.path.join('.') });
}

/** The parameters with some of them set; paths are those of JavaScript: `stages[2].depth`. */
export function setParameters<Spec>(spec: Spec, edits: readonly Edit[]): Spec {
  const copy = JSON.parse(JSON.stringify(spec)) as Record<string, unknown>;
  for (const edit of edits) {
    if (edit.kind !== 'parameter') throw new Error(`internal: a family takes no edit of kind '${edit.kind}'`);
    const keys = edit.path.split(/[.[\]]+/).filter((key) => key !== '');
    let place = copy;
    for (const key of keys.slice(0, -1)) place = place[key] as Record<string, unknown>;
    place[keys.at(-1)!] = edit.value;
  }
  return copy as Spec;
}
