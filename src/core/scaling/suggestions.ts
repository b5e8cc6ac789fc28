import type { Graph } from '../graph/types.ts';
import type { Model } from '../model/model.ts';
import { REGULARISATION_RULES, regularisationAt } from './regularisation.ts';
import type { RegularisationRule } from './regularisation.ts';

/** One setting of training that should move with the size. */
export interface Suggestion {
  readonly setting: 'dropout' | 'stochasticDepth' | 'randAugment' | 'mixup';
  readonly before: number;
  readonly after: number;
  /** Whose rule it is. */
  readonly source: string;
}

/**
 * Regularisation that published families of image models gave to networks that were so much larger or smaller. The model is taken to
 * stand where the smallest member stands, unless it is a member itself. Nothing for other models.
 */
export function suggestionsFor(model: Model, graph: Graph, macsRatio: number): Suggestion[] {
  if (!graph.operators.some(({ kind }) => kind === 'convolution')) return [];
  const rule = ruleFor(model.name);
  const member = rule.members.find(({ name }) => name === model.name);
  const place = member ? member.macs / rule.members[0].macs : 1;
  const [before, after] = [regularisationAt(rule, place), regularisationAt(rule, place * macsRatio)];
  return (['dropout', 'stochasticDepth', 'randAugment', 'mixup'] as const).flatMap((setting) => {
    const [from, to] = [before[setting], after[setting]];
    return from === undefined || to === undefined || from === to ? [] : [{ setting, before: from, after: to, source: rule.source }];
  });
}

const ruleFor = (name: string): RegularisationRule =>
  REGULARISATION_RULES.find(({ members }) => members.some((member) => member.name === name)) ?? REGULARISATION_RULES[0];
