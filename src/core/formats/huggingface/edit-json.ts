/** One member of an object in a JSON text: its key, and where key and value stand. */
interface Member {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * Sets the value at a path of keys in a valid JSON text and leaves every other character as it is: what a file says as
 * `1.0` or `1e-05` stays so. A missing key goes behind the last of its object, indented like it.
 */
export function setInJson(text: string, path: readonly string[], value: unknown): string {
  let start = skipSpace(text, 0);
  for (const key of path.slice(0, -1)) {
    const member = membersOf(text, start).findLast((candidate) => candidate.key === key);
    if (!member || text[member.valueStart] !== '{') throw new Error(`internal: no object '${key}' in the document`);
    start = member.valueStart;
  }
  const members = membersOf(text, start);
  const key = path.at(-1)!;
  const member = members.findLast((candidate) => candidate.key === key);
  return member
    ? text.slice(0, member.valueStart) + written(value, text, member) + text.slice(member.valueEnd)
    : inserted(text, start, members.at(-1), `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
}

function inserted(text: string, start: number, last: Member | undefined, entry: string): string {
  if (!last) return text.slice(0, start + 1) + entry + text.slice(start + 1);
  const before = /\s*$/.exec(text.slice(0, last.start))![0];
  return `${text.slice(0, last.valueEnd)},${before || ' '}${entry}${text.slice(last.valueEnd)}`;
}

/** Lists are written as the file writes them: one value a line, or all in one. */
function written(value: unknown, text: string, member: Member): string {
  const old = text.slice(member.valueStart, member.valueEnd);
  if (!Array.isArray(value) || !/^\[\s*\n/.test(old)) return JSON.stringify(value);
  const [inner, outer] = [/\[(\s*)/.exec(old)![1], /(\s*)\]$/.exec(old)![1]];
  return `[${inner}${value.map((item) => JSON.stringify(item)).join(`,${inner}`)}${outer}]`;
}

/** The members of the object that starts at a place. */
function membersOf(text: string, start: number): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== '}') {
    const keyEnd = endOfString(text, at);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.push({ key: JSON.parse(text.slice(at, keyEnd)) as string, start: at, valueStart, valueEnd });
    at = skipSpace(text, valueEnd);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return members;
}

function skipSpace(text: string, at: number): number {
  let place = at;
  while (' \t\n\r\uFEFF'.includes(text[place]) && place < text.length) place++;
  return place;
}

function endOfString(text: string, at: number): number {
  let place = at + 1;
  while (text[place] !== '"') place += text[place] === '\\' ? 2 : 1;
  return place + 1;
}

function endOfValue(text: string, at: number): number {
  if (text[at] === '"') return endOfString(text, at);
  if (text[at] !== '{' && text[at] !== '[') return at + /^[^\s,\]}]+/.exec(text.slice(at))![0].length;
  let depth = 0;
  let place = at;
  do {
    if (text[place] === '"') place = endOfString(text, place) - 1;
    else if ('{['.includes(text[place])) depth++;
    else if ('}]'.includes(text[place])) depth--;
    place++;
  } while (depth > 0);
  return place;
}
