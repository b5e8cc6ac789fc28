/** Longest list of names in a message: a table may have a million columns. */
const MOST_NAMES = 24;
/** From so many letters on one is a slip of the finger, and from so many two are. */
const ONE_SLIP = 4;
const TWO_SLIPS = 7;

/** Names as a list for a message; a long one is cut and says how many are left. */
export function listed(names: readonly string[], most = MOST_NAMES): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/**
 * The one of `names` that `name` is a slip of: the same but for upper and lower case (from three letters on), or one letter
 * away (from four letters on), or two (from seven on). `name` itself is none.
 */
export const closest = (name: string, names: Iterable<string>): string | undefined =>
  nearest(name, names, name.length >= TWO_SLIPS ? 2 : name.length >= ONE_SLIP ? 1 : 0);

/** "Did you mean 'loss'? ", or nothing: for a name that must be among `names`, so that a short one may be a slip too. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const near = nearest(name, names, name.length >= TWO_SLIPS ? 2 : name.length > 2 ? 1 : 0);
  return near === undefined ? '' : `Did you mean '${near}'? `;
}

function nearest(name: string, names: Iterable<string>, slips: number): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const other of names) {
    if (other === name) continue;
    const isCase = name.length >= 3 && other.toLowerCase() === name.toLowerCase();
    const distance = isCase ? 0 : editDistance(name, other, slips);
    if (distance <= slips && distance < (best?.distance ?? Infinity)) best = { name: other, distance };
  }
  return best?.name;
}

/** So many letters of a word are enough to tell what is meant. */
const TELLING = 3;

/**
 * Those of `names` that a person who wrote `name` may have meant, nearest first: names that contain it, else names that it
 * abbreviates (`vit-b-16` for `vit_base_patch16_224`), else slips of the finger, else names that begin with the same word.
 */
export function nearNames(name: string, names: readonly string[]): string[] {
  const asked = name.toLowerCase();
  const distanceTo = (other: string): number => editDistance(asked, other.toLowerCase());
  const ways: readonly ((other: string) => boolean)[] = [
    (other) => asked.length >= TELLING && (bare(other).includes(bare(asked)) || bare(asked).includes(bare(other))),
    (other) => asked.length >= TELLING && isAbbreviation(runsOf(asked), runsOf(other)),
    (other) => distanceTo(other) <= Math.max(2, asked.length / 3),
    (other) => (runsOf(asked)[0]?.length ?? 0) >= TELLING && runsOf(asked)[0] === runsOf(other)[0],
  ];
  const way = ways.find((isNear) => names.some((other) => isNear(other.toLowerCase())));
  const near = way ? names.filter((other) => way(other.toLowerCase())) : [];
  return near.toSorted((a, b) => distanceTo(a) - distanceTo(b));
}

/** Hyphens, points and underscores stand where each author likes them. */
const bare = (name: string): string => name.replaceAll(/[^a-z0-9]/g, '');

/** Words and numbers of a name: `vit_b16` has vit, b and 16. */
const runsOf = (name: string): string[] => name.match(/[a-z]+|\d+/g) ?? [];

/** Whether each word begins the next of the other's words that it can, and each number is one of its numbers. */
function isAbbreviation(words: readonly string[], others: readonly string[]): boolean {
  let at = 0;
  for (const word of words) {
    const isNumber = /\d/.test(word);
    while (at < others.length && !(isNumber ? others[at] === word : others[at].startsWith(word))) at++;
    if (at++ >= others.length) return false;
  }
  return words.length > 1;
}

/** Letters to insert, remove, replace or swap with a neighbour (Damerau 1964); infinite beyond `most`. */
export function editDistance(a: string, b: string, most = Infinity): number {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length] <= most ? last[b.length] : Infinity;
}

/** `1 row`, `12 rows`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Names that objects carry from birth, such as `constructor`: no column, parameter or variable may bear one. */
export const isReserved = (name: string): boolean => name in Object.prototype;
