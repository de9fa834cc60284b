import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, entryHash, GENESIS_HASH, type HashedEntry } from "@/lib/ledger/hash-chain";

const entry: HashedEntry = {
  v: 1,
  project: "veza",
  seq: 1,
  at: "2026-11-21T09:30:00.000Z",
  kind: "environment.held",
  actor: { kind: "person", id: "https://id.example|42", name: "Ada" },
  subject: { environment: "staging" },
  data: { id: "veza:staging:1", reason: "database is being moved" },
  prev: GENESIS_HASH,
};

describe("entryHash", () => {
  it("is SHA-256 over the RFC 8785 form, as any other implementation computes it", () => {
    // printf '%s' '{"actor":{"id":…},…,"v":1}' | sha256sum, over the form written out by hand.
    expect(canonicalJson(entry)).toBe(
      '{"actor":{"id":"https://id.example|42","kind":"person","name":"Ada"},"at":"2026-11-21T09:30:00.000Z",' +
        '"data":{"id":"veza:staging:1","reason":"database is being moved"},"kind":"environment.held",' +
        '"prev":"0000000000000000000000000000000000000000000000000000000000000000","project":"veza","seq":1,' +
        '"subject":{"environment":"staging"},"v":1}',
    );
    expect(entryHash(entry)).toBe("53660185b4c1ef7a3965005bd1f8f812405a3dd1bc2b8d3a846df0a72b2cb4fe");
  });

  it("does not depend on the order of keys, nor on keys without a value", () => {
    const { data, ...rest } = entry;
    const turned = { data, ...rest, subject: { promotion: undefined, environment: "staging" } };
    expect(entryHash(turned)).toBe(entryHash(entry));
  });

  it("ignores what is not covered, such as a hash that the entry already has", () => {
    expect(entryHash({ ...entry, hash: "f".repeat(64) } as HashedEntry)).toBe(entryHash(entry));
  });

  it("survives the way through JSON, whatever the data is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const one = { ...entry, data };
        expect(entryHash(JSON.parse(JSON.stringify(one)) as HashedEntry)).toBe(entryHash(one));
      }),
    );
  });

  it("is another one for every change of any field", () => {
    const changes: Partial<HashedEntry>[] = [
      { project: "vezb" },
      { seq: 2 },
      { at: "2026-11-21T09:30:00.001Z" },
      { kind: "environment.released" },
      { actor: { kind: "system", name: "worker" } },
      { subject: {} },
      { data: {} },
      { prev: "1".repeat(64) },
    ];
    const hashes = changes.map((change) => entryHash({ ...entry, ...change }));
    expect(new Set([entryHash(entry), ...hashes]).size).toBe(changes.length + 1);
  });

  it("refuses what RFC 8785 cannot say", () => {
    expect(() => entryHash({ ...entry, data: { n: Number.NaN } })).toThrow();
    expect(() => entryHash({ ...entry, data: { s: "\ud800" } })).toThrow();
    expect(() => canonicalJson(undefined)).toThrow("undefined has no form");
  });
});
