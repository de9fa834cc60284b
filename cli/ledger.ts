import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type VerifyOptions, type VerifyResult, verifyLines } from "@/lib/ledger/verify";

type Print = (line: string) => void;

/** Exit codes of the ledger's commands. */
export const LEDGER_EXIT = { right: 0, wrong: 1, unreadable: 2 } as const;

/**
 * Checks an export without a server or a database (`-` reads standard input), says what was found, and answers the exit
 * code: 0 where it is right, 1 where it is not, 2 where it could not be read.
 */
export async function verifyLedgerFile(path: string, print: Print, options: VerifyOptions = {}): Promise<number> {
  let result: VerifyResult;
  try {
    result = path === "-" ? await verifyInput(options) : await verifyPath(path, options);
  } catch (error) {
    print(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return LEDGER_EXIT.unreadable;
  }
  if (result.kind === "broken") {
    print(`${path} is not the ledger that was written: line ${result.line}, entry ${result.seq}`);
    print(result.message);
    return LEDGER_EXIT.wrong;
  }
  print(`${result.entries} entries of ${result.project}, unchanged from the first to the last`);
  print(`head ${result.head.seq}:${result.head.hash}`);
  if (options.head === undefined) {
    print("An end that was cut off shows only against a head known from elsewhere: --head SEQ:HASH");
  }
  return LEDGER_EXIT.right;
}

function verifyInput(options: VerifyOptions): Promise<VerifyResult> {
  return verifyLines(createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }), options);
}

async function verifyPath(path: string, options: VerifyOptions): Promise<VerifyResult> {
  const file = await open(path);
  try {
    return await verifyLines(file.readLines({ autoClose: false }), options);
  } finally {
    await file.close();
  }
}

/** Reads `SEQ:HASH`, as verify prints it. Throws a RangeError that says what is allowed. */
export function parseHead(text: string): { seq: number; hash: string } {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (match === null) {
    throw new RangeError(`--head is "${text}": expected an entry's number and hash, 128:9f86d081…, 64 hex digits`);
  }
  return { seq: Number(match[1]), hash: match[2] ?? "" };
}

/**
 * Writes an export that a server answered with to a file, which appears only when it is whole, and verifies it. Answers
 * the exit code.
 */
export async function saveLedgerExport(body: ReadableStream<Uint8Array>, path: string, print: Print): Promise<number> {
  const partial = `${path}.partial`;
  try {
    // The same class at run time; the DOM's and Node's declarations of it do not know each other.
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    print(`${path} could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return LEDGER_EXIT.unreadable;
  }
  return await verifyLedgerFile(path, print);
}

/** What the server answers to a replay. */
export interface ReplayAnswer {
  project: string;
  entries: number;
  promotions: number;
  differences: { what: string; subject: string; message: string }[];
}

/** Says what a replay found; 0 where the stored state is what the ledger says, else 1. */
export function tellReplay(answer: ReplayAnswer, print: Print): number {
  const { project, entries, promotions, differences } = answer;
  for (const { what, subject, message } of differences) print(`${what} ${subject}: ${message}`);
  const counted = `${entries} entries, ${promotions} promotions of ${project}`;
  if (differences.length === 0) {
    print(`${counted}: the stored state is what the ledger says`);
    return LEDGER_EXIT.right;
  }
  print(`${counted}: ${differences.length} ${differences.length === 1 ? "difference" : "differences"}`);
  return LEDGER_EXIT.wrong;
}
