import type { Progress } from '../../core/terms/progress.ts';

const FRAME_MILLISECONDS = 100;
/** Without a terminal progress is told this often. */
const PLAIN_MILLISECONDS = 10_000;

/** Shows how far one piece of work is on stderr: a line that rewrites itself on a terminal, now and then a line elsewhere. */
export class ProgressLine {
  private readonly stream: NodeJS.WriteStream;
  private shownAt = Date.now();
  private isShown = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.stream = stream;
  }

  readonly show = ({ stage, done, total, note }: Progress): void => {
    const { isTTY, columns } = this.stream;
    if (Date.now() - this.shownAt < (isTTY ? FRAME_MILLISECONDS : PLAIN_MILLISECONDS)) return;
    this.shownAt = Date.now();
    this.isShown = true;
    const text = `${stage}: ${done}${total === undefined ? '' : ` of ${total}`}${note === undefined ? '' : `, ${note}`}`;
    this.stream.write(isTTY ? `\r\u001B[K${text.slice(0, (columns || 80) - 1)}` : `${text}\n`);
  };

  /** Takes the line away at the end. */
  close(): void {
    if (this.isShown && this.stream.isTTY) this.stream.write('\r\u001B[K');
  }
}
