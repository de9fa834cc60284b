import { describe, expect, it } from "vitest";
import { fixedLines, lineOf } from "./palette-items";
import { recentLines, rememberLine } from "./recent-lines";

function storage(initial?: string) {
  const kept = new Map<string, string>(initial === undefined ? [] : [["waybill.recent", initial]]);
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  };
}

const page = (n: number) => ({ id: `page ${n}`, group: "page" as const, title: `Page ${n}`, href: `/p/${n}` });

describe("recent lines", () => {
  it("are the last six, each once, the newest first", () => {
    const browser = storage();
    for (const n of [1, 2, 3, 4, 5, 6, 7, 3]) rememberLine(browser, page(n));
    expect(recentLines(browser).map((line) => line.title)).toEqual([3, 7, 6, 5, 4, 2].map((n) => `Page ${n}`));
  });

  it.each([
    "{",
    "null",
    '[{"id":1}]',
    '[{"id":"a","title":"b","href":"https://evil.example"}]',
    '[{"id":"a","title":"b","href":"//evil.example"}]',
  ])("are none of what they cannot be: %s", (text) => expect(recentLines(storage(text))).toEqual([]));

  it("do without a browser that keeps nothing", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    expect(() => rememberLine(full, page(1))).not.toThrow();
  });
});

describe("lines of the palette", () => {
  it("are pages and actions with all the words", () => {
    expect(fixedLines("").length).toBeGreaterThan(10);
    expect(fixedLines("HIST").map((line) => line.href)).toEqual(["/history"]);
    expect(fixedLines("release promote").map((line) => line.title)).toEqual(["Promote a release"]);
    expect(fixedLines("zzz")).toEqual([]);
  });

  it("lead to a release whose key has signs of its own", () => {
    const item = {
      ...{ kind: "release" as const, project: "veza", key: "backend@v1+2", version: "v1+2", services: ["backend"] },
      ...{ digest: "sha256:00", announcedAt: "" },
    };
    expect(lineOf(item, true)).toMatchObject({ href: "/releases/veza/backend%40v1%2B2", note: "veza" });
    expect(lineOf(item, false).note).toBeUndefined();
  });
});
