import path from "node:path";
import { apiPath } from "@/cli/api-client";
import type { Command, Invocation } from "@/cli/command";
import { EXIT, UsageError } from "@/cli/exit-codes";
import { parseHead, saveLedgerExport, tellReplay, verifyLedgerFile } from "@/cli/ledger";
import type { ledgerHeadOperation } from "@/lib/api/contract/ledger";
import type { AnswerBody } from "@/lib/api/operation";

export const ledgerExport: Command = {
  name: "ledger export",
  about: "export a project's ledger as JSON lines",
  args: ["PROJECT"],
  options: {
    output: { type: "string", short: "o", value: "FILE", about: "a file, which is verified; else standard output" },
  },
  async run(call) {
    const stream = await call.client.stream(apiPath(["ledger", call.args.PROJECT ?? "", "export"]));
    const output = call.text("output");
    if (output !== undefined) {
      const file = path.resolve(call.surroundings.folder, output);
      return tellingLines(call, (print) => saveLedgerExport(stream, file, print));
    }
    const decoder = new TextDecoder();
    for await (const chunk of stream) call.surroundings.outRaw(decoder.decode(chunk, { stream: true }));
    return EXIT.ok;
  },
};

export const ledgerVerify: Command = {
  name: "ledger verify",
  about: "verify an export offline; names the first wrong entry",
  args: ["FILE"],
  options: { head: { type: "string", value: "SEQ:HASH", about: "an entry known from elsewhere, which must be in it" } },
  async run(call) {
    const head = readHead(call.text("head"));
    const given = call.args.FILE ?? "";
    const file = given === "-" ? given : path.resolve(call.surroundings.folder, given);
    return tellingLines(call, (print) => verifyLedgerFile(file, print, { head }));
  },
};

export const ledgerReplay: Command = {
  name: "ledger replay",
  about: "build a project's state again from its ledger and compare, on the machine itself",
  args: ["PROJECT"],
  options: { check: { type: "boolean", about: "required; changes nothing, there is no other way" } },
  more: ["Needs the database: DATABASE_URL, or Waybill running here."],
  async run(call) {
    if (!call.flag("check")) throw new UsageError("--check is missing: a replay compares and never writes");
    const { replayLocally } = await import("@/cli/local/replay-ledger");
    const result = await replayLocally(call.surroundings, call.args.PROJECT ?? "");
    call.answer(result);
    return tellReplay(result, call.say);
  },
};

export const ledgerHead: Command = {
  name: "ledger head",
  about: "where a ledger ends, to be kept elsewhere for --head",
  args: ["PROJECT"],
  options: {},
  async run(call) {
    const where = apiPath(["ledger", call.args.PROJECT ?? "", "head"]);
    const { body } = await call.client.ask<AnswerBody<typeof ledgerHeadOperation>>("GET", where);
    call.answer(body);
    call.say(`${body.seq}:${body.hash}`);
    return EXIT.ok;
  },
};

function readHead(text: string | undefined): { seq: number; hash: string } | undefined {
  try {
    return text === undefined ? undefined : parseHead(text);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Runs what prints lines: to standard output, or with --json as one object. */
async function tellingLines(
  call: Invocation,
  work: (print: (line: string) => void) => Promise<number>,
): Promise<number> {
  const lines: string[] = [];
  const exitCode = await work((line) => lines.push(line));
  call.answer({ ok: exitCode === EXIT.ok, exitCode, lines });
  for (const line of lines) exitCode === EXIT.ok ? call.say(line) : call.note(line);
  return exitCode;
}
