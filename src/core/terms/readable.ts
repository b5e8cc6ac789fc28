/** A word of more characters comes from a hostile file: it would fill the screen. */
const LONGEST_WORD = 400;
const KEPT_OF_WORD = 100;

/** Control characters of a file could move the terminal's cursor; each becomes a mark of the same width. Line ends stay. */
export const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/g, '\uFFFD');

/** A text that quotes a file, such that a terminal can show it: without control characters and words without end. */
export const readable = (text: string): string =>
  printable(text).replaceAll(/\S+/g, (word) =>
    word.length > LONGEST_WORD ? `${word.slice(0, KEPT_OF_WORD)}...${word.slice(-1)}` : word,
  );
