import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fault } from "@/lib/ledger/classify-break";
import { canonicalJson, entryHash, GENESIS_HASH, type HashedEntry } from "@/lib/ledger/hash-chain";
import { verifyLines } from "@/lib/ledger/verify";

type Line = HashedEntry & { hash: string };

function hashed(entry: HashedEntry): Line {
  return { ...entry, hash: entryHash(entry) };
}

function chainOf(contents: readonly unknown[]): Line[] {
  let prev = GENESIS_HASH;
  return contents.map((data, index) => {
    const line = hashed({
      v: 1,
      project: "veza",
      seq: index + 1,
      at: new Date(Date.UTC(2026, 10, 21, 9, 0, index)).toISOString(),
      kind: "gates.evaluated",
      actor: { kind: "system", name: "worker" },
      subject: { promotion: `veza-${index % 3}`, environment: "staging" },
      data: { content: data },
      prev,
    });
    prev = line.hash;
    return line;
  });
}

const write = (lines: readonly Line[]): string[] => lines.map((line) => `${canonicalJson(line)}\n`);

async function expectBroken(lines: readonly string[], fault: Fault, place: { line: number; seq: number }) {
  const result = await verifyLines(lines);
  expect(result).toMatchObject({ kind: "broken", fault, ...place });
}

/** A chain and a position in it, from 0. */
const chains = (least: number, most = 12) =>
  fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: least, maxLength: most }).map(chainOf);
const chainAndPosition = (least: number, keepLast = false) =>
  chains(least).chain((chain) =>
    fc.record({ chain: fc.constant(chain), at: fc.nat({ max: chain.length - (keepLast ? 2 : 1) }) }),
  );

const edits: ((line: Line) => Partial<Line>)[] = [
  (line) => ({ at: new Date(Date.parse(line.at) + 1).toISOString() }),
  () => ({ kind: "promotion.approved" }),
  () => ({ actor: { kind: "person", id: "someone", name: "Else" } }),
  (line) => ({ subject: { ...line.subject, environment: "production" } }),
  () => ({ subject: {} }),
  () => ({ data: { content: "something that was never said" } }),
];

describe("verifyLines", () => {
  it("accepts what was written, with or without line feeds, and names its end", async () => {
    await fc.assert(
      fc.asyncProperty(chains(1), async (chain) => {
        const last = chain[chain.length - 1] as Line;
        const intact = {
          kind: "intact",
          project: "veza",
          entries: chain.length,
          head: { seq: last.seq, hash: last.hash },
        };
        expect(await verifyLines(write(chain))).toEqual(intact);
        expect(await verifyLines(write(chain).map((line) => line.trimEnd()))).toEqual(intact);
        expect(await verifyLines(write(chain).map((line) => line.replace("\n", "\r\n")))).toEqual(intact);
        expect(await verifyLines(write(chain), { project: "veza", head: last })).toEqual(intact);
      }),
      { numRuns: 25 },
    );
  });

  it("is not satisfied by an empty file, nor by another project's chain", async () => {
    expect(await verifyLines([])).toMatchObject({ kind: "broken", fault: "empty" });
    expect(await verifyLines(write(chainOf([1])), { project: "other" })).toMatchObject({
      fault: "otherProject",
      line: 1,
    });
  });

  it("finds any edit, and names the entry", async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPosition(1), fc.constantFrom(...edits), async ({ chain, at }, edit) => {
        const lines = chain.map((line, index) => (index === at ? { ...line, ...edit(line) } : line));
        await expectBroken(write(lines), "edited", { line: at + 1, seq: at + 1 });
      }),
    );
  });

  it("finds an edited entry that was hashed anew, by the one behind it", async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPosition(2, true), fc.constantFrom(...edits), async ({ chain, at }, edit) => {
        const lines = chain.map((line, index) => (index === at ? hashed({ ...line, ...edit(line) }) : line));
        await expectBroken(write(lines), "edited", { line: at + 1, seq: at + 1 });
      }),
    );
  });

  it("finds an edited number, hash before, hash, or project", async () => {
    const links: ((line: Line) => Partial<Line>)[] = [
      (line) => ({ seq: line.seq + 1 }),
      (line) => ({ seq: line.seq - 1 }),
      (line) => ({ seq: line.seq + 1000 }),
      () => ({ prev: "ab".repeat(32) }),
      () => ({ hash: "cd".repeat(32) }),
      () => ({ project: "other" }),
    ];
    await fc.assert(
      fc.asyncProperty(chainAndPosition(1), fc.constantFrom(...links), async ({ chain, at }, edit) => {
        const lines = chain.map((line, index) => (index === at ? { ...line, ...edit(line) } : line));
        await expectBroken(write(lines), "edited", { line: at + 1, seq: at + 1 });
      }),
    );
    await fc.assert(
      fc.asyncProperty(chainAndPosition(3, true), fc.constantFrom(...links), async ({ chain, at }, edit) => {
        const lines = chain.map((line, index) => (index === at ? hashed({ ...line, ...edit(line) }) : line));
        if (lines[at]?.hash === chain[at]?.hash) return;
        await expectBroken(write(lines), "edited", { line: at + 1, seq: at + 1 });
      }),
    );
  });

  it("finds any one character that is another one", async () => {
    const flips = chains(1, 5).chain((chain) => {
      const lines = write(chain);
      return fc
        .nat({ max: lines.length - 1 })
        .chain((at) =>
          fc.tuple(
            fc.constant(lines),
            fc.constant(at),
            fc.nat({ max: (lines[at]?.length ?? 2) - 2 }),
            fc.integer({ min: 32, max: 126 }),
          ),
        );
    });
    await fc.assert(
      fc.asyncProperty(flips, async ([lines, at, column, code]) => {
        const line = lines[at] ?? "";
        const flipped = line.slice(0, column) + String.fromCharCode(code) + line.slice(column + 1);
        fc.pre(flipped !== line);
        const result = await verifyLines(lines.map((one, index) => (index === at ? flipped : one)));
        expect(result).toMatchObject({ kind: "broken", line: at + 1, seq: at + 1 });
      }),
      { numRuns: 500 },
    );
  });

  it("finds a key given twice, and a line that was laid out anew", async () => {
    const [first, second] = write(chainOf([1, 2])) as [string, string];
    await expectBroken([first, second.replace('"kind":', '"kind":"promotion.approved","kind":')], "edited", {
      line: 2,
      seq: 2,
    });
    await expectBroken([first, JSON.stringify(JSON.parse(second), null, 1).replaceAll("\n", "")], "edited", {
      line: 2,
      seq: 2,
    });
    await expectBroken([first, second.replace('"v":1', '"v":1,"w":1')], "edited", { line: 2, seq: 2 });
    await expectBroken([first, "\n", second], "inserted", { line: 2, seq: 2 });
  });

  it("finds an inserted entry, forged with any care", async () => {
    const forgeries = fc.record({ soundHash: fc.boolean(), linked: fc.boolean(), renumber: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(chainAndPosition(1), forgeries, async ({ chain, at }, { soundHash, linked, renumber }) => {
        const prev = linked ? (chain[at - 1]?.hash ?? GENESIS_HASH) : "ab".repeat(32);
        const entry = { ...(chain[at] as Line), data: { content: "never said" }, prev };
        const forged = soundHash ? hashed(entry) : { ...entry, hash: "cd".repeat(32) };
        const rest = chain.slice(at).map((line) => (renumber ? { ...line, seq: line.seq + 1 } : line));
        const lines = [...chain.slice(0, at), forged, ...rest];
        await expectBroken(write(lines), "inserted", { line: at + 1, seq: at + 1 });
      }),
    );
  });

  it("finds a line that stands there twice", async () => {
    const copies = chains(2).chain((chain) =>
      fc.tuple(fc.constant(chain), fc.nat({ max: chain.length - 1 }), fc.nat({ max: chain.length })),
    );
    await fc.assert(
      fc.asyncProperty(copies, async ([chain, from, to]) => {
        const lines = [...chain.slice(0, to), chain[from] as Line, ...chain.slice(to)];
        // Which of two equal neighbours is the copy cannot be told: the second is named.
        const line = from === to ? to + 2 : to + 1;
        expect(await verifyLines(write(lines))).toMatchObject({ kind: "broken", fault: "inserted", line });
      }),
    );
  });

  it("finds entries that changed places", async () => {
    const moves = chains(2).chain((chain) =>
      fc.tuple(fc.constant(chain), fc.nat({ max: chain.length - 1 }), fc.nat({ max: chain.length - 1 }), fc.boolean()),
    );
    await fc.assert(
      fc.asyncProperty(moves, async ([chain, from, to, swap]) => {
        fc.pre(from !== to);
        const lines = [...chain];
        if (swap) [lines[from], lines[to]] = [lines[to] as Line, lines[from] as Line];
        else lines.splice(to, 0, ...lines.splice(from, 1));
        const first = Math.min(from, to) + 1;
        await expectBroken(write(lines), "reordered", { line: first, seq: first });
      }),
    );
  });

  it("finds removed entries, also where those behind them were renumbered", async () => {
    await fc.assert(
      fc.asyncProperty(
        chainAndPosition(2, true),
        fc.nat({ max: 5 }),
        fc.boolean(),
        async ({ chain, at }, more, renumber) => {
          const count = Math.min(more + 1, chain.length - at - 1);
          const rest = chain.slice(at + count).map((line) => (renumber ? { ...line, seq: line.seq - count } : line));
          const lines = [...chain.slice(0, at), ...rest];
          await expectBroken(write(lines), "removed", { line: at + 1, seq: at + 1 });
        },
      ),
    );
  });

  it("finds a file that was cut off, within an entry by itself, between entries by the head", async () => {
    await fc.assert(
      fc.asyncProperty(chains(1, 6), fc.nat(), async (chain, anywhere) => {
        const text = write(chain).join("");
        const cut = text.slice(0, anywhere % (text.length - 1));
        const lines = cut.split("\n").filter((line) => line !== "");
        const result = await verifyLines(lines, { head: chain[chain.length - 1] as Line });
        const whole = cut.split("\n").length - 1 + (isWhole(lines[lines.length - 1]) && !cut.endsWith("\n") ? 1 : 0);
        expect(result).toMatchObject({ kind: "broken", seq: whole + 1 });
        if (whole === lines.length) expect(result).toMatchObject({ fault: "removed" });
      }),
    );
  });

  it("finds a chain that was hashed anew from an entry on, by a head known from elsewhere", async () => {
    const chain = chainOf(["a", "b", "c", "d"]);
    const rewritten = chainOf(["a", "B", "c", "d"]);
    expect(await verifyLines(write(rewritten))).toMatchObject({ kind: "intact" });
    const result = await verifyLines(write(rewritten), { head: chain[2] as Line });
    expect(result).toMatchObject({ kind: "broken", fault: "edited", seq: 3 });
    expect(await verifyLines(write(chain), { head: chain[2] as Line })).toMatchObject({ kind: "intact", entries: 4 });
  });

  it("says in words what was done", async () => {
    const chain = chainOf(["a", "b", "c", "d", "e"]);
    const message = async (lines: Line[]) => {
      const result = await verifyLines(write(lines));
      return result.kind === "broken" ? result.message : "intact";
    };
    const [a, b, c, d, e] = chain as [Line, Line, Line, Line, Line];
    expect(await message([a, b, { ...c, kind: "x" }, d, e])).toBe(
      "edited: the content of entry 3 (line 3) does not give its hash",
    );
    expect(await message([a, b, hashed({ ...c, kind: "x" }), d, e])).toBe(
      "edited: entry 3 (line 3) was changed and hashed anew: entry 4 still names the hash it had",
    );
    expect(await message([a, d, b, c, e])).toBe(
      "reordered: line 2 holds entry 4, and entry 2, which belongs there, is on line 3",
    );
    expect(await message([a, d, e])).toBe("removed: entries 2 to 3 are missing, line 2 holds entry 4");
    expect(await message([a, b, b, c])).toBe("inserted: line 3 holds entry 2 a second time");
    expect(await message([a, hashed({ ...b, kind: "x" }), b, c])).toBe(
      "inserted: lines 2 and 3 both hold an entry numbered 2, and what follows goes on from the second",
    );
  });
});

function isWhole(line: string | undefined): boolean {
  try {
    return line !== undefined && JSON.parse(line) !== undefined;
  } catch {
    return false;
  }
}
