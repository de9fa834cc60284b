import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkSource } from "./source-rules";

describe("a source rule", () => {
  test.each([
    ["lib/pipeline/gates/a.ts", "export async function f() {}"],
    ["lib/pipeline/gates/a.ts", "const x = await y;"],
    ["lib/pipeline/gates/a.ts", "const now = Date.now();"],
    ["lib/pipeline/gates/a.ts", "const now = new Date();"],
    ["lib/pipeline/gates/a.ts", "const r = Math.random();"],
    ["lib/pipeline/gates/a.ts", "setTimeout(f, 1);"],
    ["lib/pipeline/gates/a.ts", 'import { createHash } from "node:crypto";'],
    ["lib/pipeline/gates/a.ts", "const url = process.env.URL;"],
    ["lib/queries/a.ts", 'await db.$queryRawUnsafe("SELECT 1");'],
    ["app/a.ts", 'await db.$executeRawUnsafe("SELECT 1");'],
    ["lib/queries/a.ts", "const sql = Prisma.raw(text);"],
    ["lib/queries/string-utils.ts", ""],
    ["lib/queries/helpers/a.ts", ""],
    ["lib/queries/index.ts", ""],
    ["lib/queries/long.ts", "const a = 1;\n".repeat(401)],
    ["components/matrix/long.tsx", "const a = 1;\n".repeat(201)],
  ])("is broken in %s by %s", (file, text) => {
    expect(checkSource(file, text)).toHaveLength(1);
  });

  test.each([
    ["lib/pipeline/gates/a.ts", "// We await nothing here, and never ask Date.now().\nexport const a = 1;"],
    ["lib/pipeline/gates/a.ts", "/* setTimeout(f) */ const at = new Date(now);"],
    ["lib/pipeline/plan/hash.ts", 'import { createHash } from "node:crypto";'],
    ["lib/pipeline/gates/a.test.ts", "const now = Date.now();"],
    ["lib/engine/a.ts", "const now = Date.now();"],
    ["lib/queries/a.ts", "const rows = await db.$queryRaw`SELECT 1`;"],
    ["lib/queries/long.ts", "const a = 1;\n".repeat(400)],
    ["components/matrix/communicate.tsx", ""],
  ])("is kept in %s by %s", (file, text) => {
    expect(checkSource(file, text)).toEqual([]);
  });

  test("names the line", () => {
    const text = 'const a = "https://x";\n/* two\nlines */\nconst now = Date.now(); // not here\n';
    expect(checkSource("lib/pipeline/a.ts", text)).toEqual([
      { file: "lib/pipeline/a.ts", line: 4, rule: "lib/pipeline is pure: `now` comes in as a value" },
    ]);
  });
});

test("the repository keeps every source rule", () => {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    encoding: "utf8",
  });
  const files = listed.split("\0").filter((file) => /[.]tsx?$/.test(file) && existsSync(file));
  expect(files.length).toBeGreaterThan(20);
  const broken = files.flatMap((file) => checkSource(file, readFileSync(file, "utf8")));
  expect(broken.map(({ file, line, rule }) => `${file}:${line} ${rule}`)).toEqual([]);
});
