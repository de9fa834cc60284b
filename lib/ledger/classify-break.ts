import { type ChainLine, fitsAs, readLine, type UnreadableLine } from "@/lib/ledger/chain-line";
import type { LineReader } from "@/lib/ledger/line-reader";

/** How an export differs from the chain that was written. */
export type Fault = "edited" | "inserted" | "reordered" | "removed" | "empty" | "otherProject";

export interface Finding {
  fault: Fault;
  /** The first line that is wrong, from 1; for missing entries the line on which the first of them belongs. */
  line: number;
  /** The place in the chain that is wrong: the number that an entry there should have. */
  seq: number;
  message: string;
}

/** The first line that does not continue the chain, and what was right until there. */
export interface Break {
  read: ChainLine | UnreadableLine;
  line: number;
  expected: { seq: number; prev: string };
  /** Hashes of the entries accepted last, by number. */
  remembered: ReadonlyMap<number, string>;
  /** An entry known from elsewhere. */
  head: { seq: number; hash: string } | undefined;
  reader: LineReader;
}

/** So many entries put in or left out at once are recognised when those behind them were renumbered. */
const RENUMBERED_MAX = 16;

/** Says what was done to the export at its first break; reads on as far as it needs to. */
export async function classify(found: Break): Promise<Finding> {
  const following = await found.reader.peek();
  const next = following === undefined ? undefined : readLine(following.text);
  const { read, expected } = found;
  if (read.kind === "unreadable") return unreadable(found, read, next);
  if (!read.intact) return notIntact(found, read, next);
  if (read.seq > expected.seq) return await ahead(found, read);
  if (read.seq < expected.seq) return behind(found, read, next);
  return unlinked(found, read, next);
}

type Line = ChainLine | UnreadableLine;

/** True if the line is the entry that was expected, perhaps with a number that was moved up to make room. */
function isExpected(line: Line | undefined, { seq, prev }: Break["expected"]): boolean {
  if (line?.kind !== "entry" || line.prev !== prev) return false;
  return line.intact ? line.seq === seq : line.seq > seq && fitsAs(line, seq);
}

function follows(line: Line | undefined, seq: number, hash: string): boolean {
  return line?.kind === "entry" && line.seq === seq + 1 && line.prev === hash;
}

function unreadable({ line, expected }: Break, read: UnreadableLine, next: Line | undefined): Finding {
  const { seq } = expected;
  if (isExpected(next, expected))
    return inserted(line, seq, `line ${line} is none of the chain's entries: ${read.why}`);
  if (next === undefined && read.cutOff) {
    return { fault: "removed", line, seq, message: `removed: the file is cut off within entry ${seq} (line ${line})` };
  }
  return edited(line, seq, `entry ${seq} (line ${line}) is not what was written: ${read.why}`);
}

function notIntact({ line, expected, remembered }: Break, read: ChainLine, next: Line | undefined): Finding {
  const { seq, prev } = expected;
  if (isExpected(next, expected)) {
    return inserted(line, seq, `line ${line} is none of the chain's entries: its content does not give its hash`);
  }
  if (read.seq !== seq) {
    const renumbered = read.prev === prev && fitsAs(read, seq);
    if (renumbered) return edited(line, seq, `entry ${seq} (line ${line}) was given the number ${read.seq}`);
    return edited(line, seq, `the entry on line ${line}, in the place of entry ${seq}, does not give its hash`);
  }
  for (let count = 1; count <= RENUMBERED_MAX; count++) {
    if (read.prev === remembered.get(seq - count - 1) && fitsAs(read, seq - count)) {
      const what = `the entry that was number ${seq - count} stands on line ${line} as ${seq}`;
      return inserted(
        line - count,
        seq - count,
        `${what}: ${count === 1 ? "an entry was" : `${count} entries were`} put before it`,
      );
    }
    if (fitsAs(read, seq + count)) {
      return removed(line, seq, seq + count - 1, `line ${line} holds what was number ${seq + count}`);
    }
  }
  return edited(line, seq, `the content of entry ${seq} (line ${line}) does not give its hash`);
}

/** A later entry stands where the expected one should: was that one left out, moved, or is this one put in? */
async function ahead({ line, expected, reader }: Break, read: ChainLine): Promise<Finding> {
  let foundOn: number | undefined;
  let others = 0;
  let second = false;
  let forged = false;
  let between = false;
  for (let later = await reader.next(); later !== undefined; later = await reader.next()) {
    const other = readLine(later.text);
    if (other.kind === "unreadable") continue;
    if (isExpected(other, expected)) foundOn ??= later.number;
    if (other.seq === read.seq) second = true;
    if (other.seq === read.seq - 1 && other.hash !== read.prev) forged = true;
    if (other.seq > expected.seq && other.seq < read.seq) between = true;
    others = Math.max(others, other.seq);
  }
  const { seq, prev } = expected;
  if (foundOn === undefined) {
    if (read.prev === prev)
      return edited(line, seq, `entry ${seq} (line ${line}) was given the number ${read.seq} and hashed anew`);
    return removed(line, seq, between ? seq : read.seq - 1, `line ${line} holds entry ${read.seq}`);
  }
  if (second || forged || read.seq > others + 1) {
    return inserted(line, seq, `line ${line} holds an entry numbered ${read.seq} that the chain does not have there`);
  }
  const message = `reordered: line ${line} holds entry ${read.seq}, and entry ${seq}, which belongs there, is on line ${foundOn}`;
  return { fault: "reordered", line, seq, message };
}

/** An entry whose number was there already: a copy, or the chain forks. */
function behind({ line, expected, remembered, head }: Break, read: ChainLine, next: Line | undefined): Finding {
  const { seq, prev } = expected;
  if (remembered.get(read.seq) === read.hash) {
    return inserted(line, seq, `line ${line} holds entry ${read.seq} a second time`);
  }
  if (read.prev === prev && !isExpected(next, expected)) {
    return edited(line, seq, `entry ${seq} (line ${line}) was given the number ${read.seq} and hashed anew`);
  }
  const forks = remembered.get(read.seq - 1) === read.prev;
  const firstIsRight = follows(next, seq - 1, prev) || (head?.seq === seq - 1 && head.hash === prev);
  if (!forks || firstIsRight) {
    return inserted(line, seq, `line ${line} holds another entry numbered ${read.seq}`);
  }
  const first = line - (seq - read.seq);
  return inserted(
    first,
    read.seq,
    `lines ${first} and ${line} both hold an entry numbered ${read.seq}, and what follows goes on from the second`,
  );
}

/** The right number and a sound hash, but it names another entry before it: one of the two was hashed anew. */
function unlinked({ line, expected, head }: Break, read: ChainLine, next: Line | undefined): Finding {
  const { seq, prev } = expected;
  if (isExpected(next, expected)) {
    return inserted(
      line,
      seq,
      `line ${line} holds another entry numbered ${seq}, which does not follow entry ${seq - 1}`,
    );
  }
  const othersGoOn = next?.kind === "entry" && next.seq === seq + 1 && next.prev !== read.hash;
  const beforeIsRight = head?.seq === seq - 1 && head.hash === prev;
  const thisIsWrong = head?.seq === seq && head.hash !== read.hash;
  if (seq === 1 || othersGoOn || beforeIsRight || thisIsWrong) {
    return edited(
      line,
      seq,
      `entry ${seq} (line ${line}) was changed and hashed anew: it names another hash before it`,
    );
  }
  return edited(
    line - 1,
    seq - 1,
    `entry ${seq - 1} (line ${line - 1}) was changed and hashed anew: entry ${seq} still names the hash it had`,
  );
}

function edited(line: number, seq: number, what: string): Finding {
  return { fault: "edited", line, seq, message: `edited: ${what}` };
}

function inserted(line: number, seq: number, what: string): Finding {
  return { fault: "inserted", line, seq, message: `inserted: ${what}` };
}

function removed(line: number, first: number, last: number, what: string): Finding {
  const missing = first === last ? `entry ${first} is missing` : `entries ${first} to ${last} are missing`;
  return { fault: "removed", line, seq: first, message: `removed: ${missing}, ${what}` };
}
