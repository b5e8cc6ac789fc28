import type { Objective } from '../../core/autodiff/form/index.ts';
import { modelOfFamily } from '../../core/model/families.ts';
import { modelSchema } from '../../core/model/index.ts';
import type { Model } from '../../core/model/index.ts';
import type { TrialSpec } from '../../core/schema/trial.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { networkOf, networkOfSpec } from '../../engine/network.ts';
import type { Network } from '../../engine/network.ts';
import { openModel } from '../../io/models/open.ts';

/** What a trial trains: the network, and what its data must fit. */
export interface TrialNetwork {
  readonly network: Network;
  readonly model: Model;
  /** Its one input beside the targets, without the batch axis. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
}

/** `loss` and `tokens` of a sample are the data's, for models that name neither. */
export async function trialNetwork(spec: TrialSpec, loss: NonNullable<TrialSpec['loss']>): Promise<TrialNetwork> {
  const known = modelSchema.safeParse(spec.model);
  const model = await modelOfTrial(spec.model);
  if (known.success) return { network: networkOfSpec(known.data), model, input: inputOf(model) };
  const input = inputOf(model);
  const tokens = windowOf(model, spec.context);
  const network = networkOf(model, objectiveOf(spec, model, loss), tokens);
  return { network, model, input: tokens === undefined ? input : { ...input, shape: [tokens] } };
}

/** Longest windows where nothing says how long they are. */
const MOST_TOKENS = 1024;

/** Tokens in a window of a model of text: its own number, or, where it reads any, the asked one; undefined for other inputs. */
export function windowOf({ inputs, family }: Model, context?: number): number | undefined {
  const [{ dtype, shape }] = inputs;
  if (dtype !== 'int32' || shape.length !== 1) return undefined;
  return shape[0] ?? context ?? Math.min(Number(family?.parameters.context ?? MOST_TOKENS), MOST_TOKENS);
}

/** What the recipe, and else the model's family, says of the loss and of what is left out while training. */
function objectiveOf(
  { loss: own, recipe, data }: TrialSpec,
  { family }: Model,
  loss: Objective['loss'],
): Omit<Objective, 'training'> {
  const { labelSmoothing, stochasticDepth = family?.parameters.stochasticDepth } = recipe;
  return {
    loss: own ?? loss,
    labelSmoothing,
    ...(typeof stochasticDepth === 'number' && { stochasticDepth }),
    softTargets: data.kind === 'images' && data.augment.mixup > 0,
  };
}

/** The model of a trial: of a family, or a document with parameters of its family set. */
export async function modelOfTrial(model: TrialSpec['model']): Promise<Model> {
  if ('family' in model) return modelOfFamily(model as { family: string }, String(model.family));
  const { source, set } = model as { source: string; set: Record<string, unknown> };
  const opened = await openModel(source);
  const edits = Object.entries(set).map(([path, value]) => ({ kind: 'parameter' as const, path, value }));
  if (edits.length > 0 && opened.format !== 'family') {
    throw new IsoflopError('invalid-input', `'${source}' is no member of a family: it has no parameters to set`, {
      path: 'model.set',
      hint: 'Change the file itself, or scale it with `isoflop scale`.',
    });
  }
  return edits.length > 0 ? opened.apply(edits) : opened;
}

function inputOf({ name, inputs }: Model): TrialNetwork['input'] {
  if (inputs.length !== 1) {
    throw new IsoflopError('invalid-input', `the model '${name}' has ${inputs.length} inputs; training fills one`, {
      path: 'model',
      hint: 'Train it with a program of your own.',
    });
  }
  return { name: inputs[0].name, shape: inputs[0].shape.map((extent) => extent ?? 0) };
}
