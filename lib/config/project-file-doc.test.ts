import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { z } from "zod";
import { formatDocumentError } from "@/lib/config/document-error";
import { parseDocuments } from "@/lib/config/parse";
import { projectFileSchema } from "@/lib/config/schema";

const page = readFileSync("docs/project-file.md", "utf8");
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? "");

function problems(text: string, file: string): string[] {
  const parsed = parseDocuments(text);
  return parsed.ok ? [] : parsed.errors.map((error) => formatDocumentError(error, file));
}

test("the example of the documentation is a valid project file", () => {
  expect(blocks).toHaveLength(1);
  expect(problems(blocks[0] ?? "", "docs/project-file.md")).toEqual([]);
});

test("the documentation's error is the one that the example gives", () => {
  const text = (blocks[0] ?? "").replace("count: 2,", "count: 0,");
  const [problem] = problems(text, "waybill.yaml");
  expect(page).toContain(`    ${problem}\n`);
});

test("the documentation names every key, and the example uses it", () => {
  const keys = new Set<string>();
  const collect = (schema: z.core.JSONSchema.BaseSchema): void => {
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      keys.add(key);
      if (typeof value === "object") collect(value);
    }
    const inner = [schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])].flat();
    for (const value of inner) if (typeof value === "object") collect(value);
  };
  collect(projectFileSchema());
  expect(keys.size).toBeGreaterThan(50);
  const reference = page.replace(/```yaml[\s\S]*?```/g, "");
  const undocumented = [...keys].filter((key) => !new RegExp(`\`[^\`\\n]*\\b${key}\\b[^\`\\n]*\``).test(reference));
  expect(undocumented).toEqual([]);
});

const examples = existsSync("examples")
  ? readdirSync("examples")
      .map((name) => `examples/${name}/waybill.yaml`)
      .filter((file) => existsSync(file))
  : [];

test.runIf(examples.length > 0)("every example platform is a valid project file", () => {
  expect(examples.flatMap((file) => problems(readFileSync(file, "utf8"), file))).toEqual([]);
});
