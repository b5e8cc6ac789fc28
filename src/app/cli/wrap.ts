const WIDTH = 80;

/** Breaks a sentence into lines of at most 80 columns; lines after the first are indented. A word that no line holds is broken too. */
export function wrap(sentence: string, indent = '  '): string[] {
  const lines: string[] = [];
  for (const word of glued(sentence)
    .split(' ')
    .flatMap((one) => pieces(one, WIDTH - indent.length))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines.map((line) => line.replaceAll(GLUE, ' '));
}

/** Stands for a space at which no line ends. */
const GLUE = '\u00A0';

/** A number stays with its unit, and a shape such as [1, 32, 112, 112] in one piece. */
const glued = (sentence: string): string =>
  sentence
    .replaceAll(/(?<=\d) (?=(?:[kMGTPE]|[KMGTP]?i?B|[mµn]?s|min|h|d|px|%)(?![\w]))/g, GLUE)
    .replaceAll(/\[\d+(?:, \d+)*\]/g, (shape) => shape.replaceAll(' ', GLUE));

const pieces = (word: string, width: number): string[] =>
  word.length <= width
    ? [word]
    : Array.from({ length: Math.ceil(word.length / width) }, (_, index) =>
        word.slice(index * width, (index + 1) * width),
      );
