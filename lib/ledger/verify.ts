import { type ChainLine, readLine, type UnreadableLine } from "@/lib/ledger/chain-line";
import { classify, type Finding } from "@/lib/ledger/classify-break";
import { GENESIS_HASH } from "@/lib/ledger/hash-chain";
import { LineReader } from "@/lib/ledger/line-reader";

export type VerifyResult =
  | { kind: "intact"; project: string; entries: number; head: { seq: number; hash: string } }
  | ({ kind: "broken" } & Finding);

export interface VerifyOptions {
  /** The project whose chain this must be; the first line's unless told. */
  project?: string;
  /** An entry that the chain must hold, known from elsewhere: a checkpoint, an earlier export. */
  head?: { seq: number; hash: string };
}

/** The hashes of so many entries are kept, to tell where a second branch begins. */
const REMEMBERED = 256;

/**
 * Checks an export line by line, without the database, in memory that does not grow with it, and names the first wrong
 * entry. A chain whose end was cut off, or that was written anew from some entry on, is only found out with `head`.
 */
export async function verifyLines(
  lines: AsyncIterable<string> | Iterable<string>,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const reader = new LineReader(lines);
  const chain = new Chain(options);
  try {
    for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
      const finding = await chain.accept(readLine(line.text), line.number, reader);
      if (finding !== undefined) return { kind: "broken", ...finding };
    }
    return chain.end();
  } finally {
    await reader.close();
  }
}

/** What has been found right so far. */
class Chain {
  private seq = 0;
  private hash = GENESIS_HASH;
  private project: string | undefined;
  private readonly remembered = new Map<number, string>([[0, GENESIS_HASH]]);

  constructor(private readonly options: VerifyOptions) {
    this.project = options.project;
  }

  async accept(read: ChainLine | UnreadableLine, line: number, reader: LineReader): Promise<Finding | undefined> {
    const expected = { seq: this.seq + 1, prev: this.hash };
    if (read.kind === "entry" && read.intact && read.seq === expected.seq && read.prev === expected.prev) {
      this.project ??= read.project;
      if (read.project !== this.project) return otherProject(read, line, this.project);
      const { head } = this.options;
      if (head !== undefined && head.seq === read.seq && head.hash !== read.hash) return rewritten(head, read, line);
      this.remember(read);
      return undefined;
    }
    return await classify({ read, line, expected, remembered: this.remembered, head: this.options.head, reader });
  }

  private remember({ seq, hash }: ChainLine): void {
    this.seq = seq;
    this.hash = hash;
    this.remembered.set(seq, hash);
    this.remembered.delete(seq - REMEMBERED);
  }

  end(): VerifyResult {
    const { head } = this.options;
    if (head !== undefined && head.seq > this.seq) {
      const missing = this.seq + 1 === head.seq ? `entry ${head.seq} is` : `entries ${this.seq + 1} to ${head.seq} are`;
      const message = `removed: the file ends at entry ${this.seq}, ${missing} missing`;
      return { kind: "broken", fault: "removed", line: this.seq + 1, seq: this.seq + 1, message };
    }
    if (this.project === undefined || this.seq === 0) {
      return { kind: "broken", fault: "empty", line: 1, seq: 1, message: "empty: the file holds no entry" };
    }
    return { kind: "intact", project: this.project, entries: this.seq, head: { seq: this.seq, hash: this.hash } };
  }
}

function otherProject({ seq, project }: ChainLine, line: number, expected: string): Finding {
  const what = `entry ${seq} (line ${line}) belongs to ${project}, not to ${expected}`;
  if (seq === 1) return { fault: "otherProject", line, seq, message: `other project: ${what}` };
  return { fault: "edited", line, seq, message: `edited: ${what}` };
}

function rewritten(head: { seq: number; hash: string }, read: ChainLine, line: number): Finding {
  const message =
    `edited: entry ${read.seq} has the hash ${read.hash}, but ${head.hash} is what it had: ` +
    "it or an entry before it was changed and the chain hashed anew";
  return { fault: "edited", line, seq: read.seq, message };
}
