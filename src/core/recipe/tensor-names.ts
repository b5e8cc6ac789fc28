/** Numbers between dots, slashes or underscores, or behind letters, tell repeated layers apart. */
const NUMBERS = /(?<=^|[./_a-zA-Z:])\d+(?=$|[./_:])/g;
/** What formats append to the names of copied layers. */
const COPIES = /_(rep|copy)\d+(?=$|[./_])/g;

/** A name without the numbers that tell repeated layers, and copies of them, apart. */
export const patternOf = (name: string): string => name.replaceAll(COPIES, '').replaceAll(NUMBERS, '*');

const numbersOf = (name: string): number[] => (name.replaceAll(COPIES, '').match(NUMBERS) ?? []).map(Number);

/** Of the names of one pattern the one that differs in the fewest numbers, and in these by the least. */
export function nearestName(name: string, byPattern: ReadonlyMap<string, readonly string[]>): string | undefined {
  const numbers = numbersOf(name);
  const distances = (byPattern.get(patternOf(name)) ?? []).map((candidate) => {
    const gaps = numbersOf(candidate).map((number, index) => Math.abs(number - numbers[index]));
    return { candidate, differing: gaps.filter((gap) => gap > 0).length, gap: gaps.reduce((sum, one) => sum + one, 0) };
  });
  distances.sort((a, b) => a.differing - b.differing || a.gap - b.gap);
  return distances[0]?.candidate;
}

/** One name for several of one pattern: numbers in which they differ become `*`. */
export function groupName(names: readonly string[]): string {
  if (names.length === 1) return names[0];
  const plain = names.map((name) => name.replaceAll(COPIES, ''));
  const all = plain.map(numbersOf);
  let index = -1;
  return plain[0].replaceAll(NUMBERS, (number) => {
    index++;
    return all.every((numbers) => numbers[index] === all[0][index]) ? number : '*';
  });
}
