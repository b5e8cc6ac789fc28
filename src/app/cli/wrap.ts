const WIDTH = 80;

/** Breaks a sentence into lines of at most 80 columns; lines after the first are indented. A word that no line holds is broken too. */
export function wrap(sentence: string, indent = '  '): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ').flatMap((one) => pieces(one, WIDTH - indent.length))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines;
}

const pieces = (word: string, width: number): string[] =>
  word.length <= width
    ? [word]
    : Array.from({ length: Math.ceil(word.length / width) }, (_, index) =>
        word.slice(index * width, (index + 1) * width),
      );
