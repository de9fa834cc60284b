import { describe, expect, it } from "vitest";
import { commitUrl, compareUrl } from "@/lib/pipeline/release/source-links";

const [from, to] = ["c40d9a1", "8e41b7d0".repeat(5)];

describe("links into the source", () => {
  it("compares two commits in each host's form", () => {
    expect(compareUrl("https://github.com/okinrev/veza", from, to)).toBe(
      `https://github.com/okinrev/veza/compare/${from}...${to}`,
    );
    expect(compareUrl("https://gitlab.example.org/a/b/c.git", from, to)).toBe(
      `https://gitlab.example.org/a/b/c/-/compare/${from}...${to}`,
    );
    expect(commitUrl("https://git.example.org/a/b/", from)).toBe(`https://git.example.org/a/b/commit/${from}`);
  });

  it.each([
    ["javascript:alert(1)//github.com/a/b"],
    ["data:text/html,<b>"],
    ["git@github.com:a/b.git"],
    ["https://github.com/a"],
    [""],
    [null],
  ])("has none for the source %s", (source) => {
    expect(compareUrl(source, from, to)).toBeUndefined();
    expect(commitUrl(source, from)).toBeUndefined();
  });

  it("has none for what is no commit, or the same one twice", () => {
    expect(compareUrl("https://github.com/a/b", "main", to)).toBeUndefined();
    expect(compareUrl("https://github.com/a/b", from, "../../x")).toBeUndefined();
    expect(compareUrl("https://github.com/a/b", from, from)).toBeUndefined();
    expect(compareUrl("https://github.com/a/b", null, to)).toBeUndefined();
  });
});
