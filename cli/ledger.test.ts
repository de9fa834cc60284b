import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseHead, saveLedgerExport, tellReplay, verifyLedgerFile } from "@/cli/ledger";
import { canonicalJson, entryHash, GENESIS_HASH } from "@/lib/ledger/hash-chain";

function exportOf(reasons: readonly string[]): { text: string; head: string } {
  let prev = GENESIS_HASH;
  const lines = reasons.map((reason, index) => {
    const entry = {
      ...{ v: 1 as const, project: "veza", seq: index + 1, at: "2026-11-21T09:30:00.000Z", kind: "environment.held" },
      ...{ actor: { kind: "system", name: "worker" }, subject: { environment: "staging" }, data: { reason }, prev },
    };
    const hash = entryHash(entry);
    prev = hash;
    return `${canonicalJson({ ...entry, hash })}\n`;
  });
  return { text: lines.join(""), head: `${reasons.length}:${prev}` };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "waybill-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function verify(text: string, head?: string) {
  const file = path.join(folder, "ledger.jsonl");
  await writeFile(file, text);
  const printed: string[] = [];
  const code = await verifyLedgerFile(
    file,
    (line) => printed.push(line),
    head === undefined ? {} : { head: parseHead(head) },
  );
  return { code, printed: printed.join("\n") };
}

describe("waybill ledger verify", () => {
  const { text, head } = exportOf(["one", "two", "three"]);

  it("says how many entries are right and where the chain ends", async () => {
    const { code, printed } = await verify(text);
    expect(code).toBe(0);
    expect(printed).toContain("3 entries of veza, unchanged");
    expect(printed).toContain(`head ${head}`);
  });

  it("names the first wrong entry and answers 1", async () => {
    const { code, printed } = await verify(text.replace('"two"', '"2"'));
    expect(code).toBe(1);
    expect(printed).toContain("line 2, entry 2");
    expect(printed).toContain("edited: the content of entry 2 (line 2) does not give its hash");
  });

  it("finds a lost end with the head of an earlier look", async () => {
    const cut = text.split("\n").slice(0, 2).join("\n");
    expect((await verify(cut)).code).toBe(0);
    const { code, printed } = await verify(cut, head);
    expect(code).toBe(1);
    expect(printed).toContain("removed: the file ends at entry 2, entry 3 is missing");
  });

  it("answers 2 for a file that cannot be read", async () => {
    const printed: string[] = [];
    expect(await verifyLedgerFile(path.join(folder, "missing"), (line) => printed.push(line))).toBe(2);
    expect(printed.join()).toContain("ENOENT");
    expect(await verifyLedgerFile(folder, () => undefined)).toBe(2);
  });

  it("says what a head looks like", () => {
    expect(() => parseHead("3")).toThrow('--head is "3": expected');
  });
});

describe("waybill ledger export", () => {
  it("writes the file whole, then verifies it", async () => {
    const { text } = exportOf(["one", "two"]);
    const file = path.join(folder, "saved.jsonl");
    const body = new Blob([text]).stream();
    expect(await saveLedgerExport(body, file, () => undefined)).toBe(0);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("leaves no file where the answer breaks off", async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("{"));
        controller.error(new Error("connection lost"));
      },
    });
    const printed: string[] = [];
    expect(await saveLedgerExport(body, path.join(folder, "broken.jsonl"), (line) => printed.push(line))).toBe(2);
    expect(printed.join()).toContain("connection lost");
    expect((await readdir(folder)).filter((name) => name.startsWith("broken"))).toEqual([]);
  });
});

describe("waybill ledger replay", () => {
  it("answers 1 where something differs, and names it", () => {
    const printed: string[] = [];
    const differences = [{ what: "promotion", subject: "veza-3", message: "the stored state differs at phase" }];
    const print = (line: string) => printed.push(line);
    expect(tellReplay({ project: "veza", entries: 9, promotions: 3, differences }, print)).toBe(1);
    expect(printed[0]).toBe("promotion veza-3: the stored state differs at phase");
    expect(tellReplay({ project: "veza", entries: 9, promotions: 3, differences: [] }, print)).toBe(0);
  });
});
