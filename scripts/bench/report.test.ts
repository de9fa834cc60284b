import { describe, expect, it } from "vitest";
import { benches } from "./benches";
import { benchNamed, type Outcome, toCells, toMarkdown, toText } from "./report";

const outcomes: Outcome[] = [
  {
    kind: "measured",
    name: "ledger",
    seconds: 12,
    rows: [
      { what: "entries a second", measured: "3000/s", against: "5000/s", ratio: 0.6, aim: "≥ 0.5 ×", met: true },
      { what: "bytes | gzipped", measured: "70 KB", against: "—", figure: "70 KB", aim: "≤ 60 KB", met: false },
    ],
  },
  { kind: "failed", name: "page", reason: "ended with exit code 1, see above" },
];

describe("the table of a run", () => {
  it("has a row for each measurement, and one for a bench that could not run", () => {
    expect(toCells(outcomes)).toEqual([
      ["ledger", "entries a second", "3000/s", "5000/s", "0.60 ×", "≥ 0.5 ×", "yes"],
      ["ledger", "bytes | gzipped", "70 KB", "—", "70 KB", "≤ 60 KB", "no"],
      ["page", "could not run: ended with exit code 1, see above", "", "", "", "", "failed"],
    ]);
  });

  it("lines its columns up", () => {
    const lines = toText(outcomes).split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]?.indexOf("3000/s")).toBe(lines[0]?.indexOf("measured"));
  });

  it("is a table in Markdown too, with the day and how each was measured", () => {
    const text = toMarkdown(outcomes, new Date("2026-11-21T10:00:00Z"), [0.25, 12]);
    expect(text).toContain("Measured on 2026-11-21: ");
    expect(text).toContain("own predecessor included): 0.3, 12.0.");
    expect(text).toContain("| ledger | bytes \\| gzipped | 70 KB |");
    expect(text).toContain(`**page** (\`npm run bench -- page\`): ${benchNamed("page").how}`);
  });

  it("knows its benches by name alone", () => {
    expect(benches.map((bench) => bench.name)).toEqual([
      "ledger",
      "gates",
      "promote",
      "analysis",
      "rollout",
      "live",
      "matrix",
      "page",
    ]);
    expect(() => benchNamed("pages")).toThrow('there is no bench "pages": there are ledger, gates, promote');
  });
});
