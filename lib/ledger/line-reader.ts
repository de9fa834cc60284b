export interface NumberedLine {
  text: string;
  /** From 1. */
  number: number;
}

/** Lines one by one, with a look at those that follow. */
export class LineReader {
  private readonly iterator: AsyncIterator<string> | Iterator<string>;
  private readonly ahead: NumberedLine[] = [];
  private number = 0;

  constructor(lines: AsyncIterable<string> | Iterable<string>) {
    this.iterator = Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  }

  async next(): Promise<NumberedLine | undefined> {
    return this.ahead.shift() ?? (await this.read());
  }

  /** The next line, left where it is. */
  async peek(): Promise<NumberedLine | undefined> {
    const [first] = this.ahead;
    if (first !== undefined) return first;
    const line = await this.read();
    if (line !== undefined) this.ahead.push(line);
    return line;
  }

  /** Lets the source know that nobody reads on. */
  async close(): Promise<void> {
    await this.iterator.return?.();
  }

  private async read(): Promise<NumberedLine | undefined> {
    const result = await this.iterator.next();
    if (result.done === true) return undefined;
    this.number += 1;
    return { text: stripLineEnd(result.value), number: this.number };
  }
}

function stripLineEnd(line: string): string {
  if (line.endsWith("\r\n")) return line.slice(0, -2);
  return line.endsWith("\n") ? line.slice(0, -1) : line;
}
