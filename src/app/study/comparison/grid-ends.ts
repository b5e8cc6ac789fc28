import type { ComparisonResult } from '../../../core/schema/comparison-result.ts';

/** Warns of candidates whose best learning rate is the lowest or highest that was tried: a better one may lie beyond. */
export const gridEndWarnings = ({ candidates }: ComparisonResult): string[] =>
  candidates.flatMap(({ name, learningRate, tried }) => {
    const rates = tried.map((one) => one.learningRate);
    if (rates.length === 0 || (learningRate !== rates[0] && learningRate !== rates.at(-1))) return [];
    const end = learningRate === rates[0] ? 'lowest' : 'highest';
    return [
      `${name}: its best learning rate, ${learningRate.toPrecision(2)}, is the ${end} that was tried; a better one may lie beyond.`,
    ];
  });
