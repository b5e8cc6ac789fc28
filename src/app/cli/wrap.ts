const WIDTH = 80;

/** Breaks a sentence into lines of at most 80 columns; lines after the first are indented. */
export function wrap(sentence: string, indent = '  '): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines;
}
