import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = process.cwd();

/** [file, what it imports, the rule that must refuse it (undefined: it is allowed)] */
const cases: [string, string, string | undefined][] = [
  ["lib/pipeline/gates/a.ts", "@/lib/db/client", "pipeline-is-pure"],
  ["lib/pipeline/gates/b.ts", "@/lib/ports/clock", "pipeline-is-pure"],
  ["lib/pipeline/gates/c.ts", "node:fs", "pipeline-has-no-outside"],
  ["lib/pipeline/gates/d.ts", "pg", "pipeline-has-no-outside"],
  ["lib/pipeline/gates/e.ts", "node:crypto", "pipeline-has-no-outside"],
  ["lib/pipeline/gates/f.ts", "zod", undefined],
  ["lib/pipeline/gates/g.test.ts", "@/lib/db/client", "pipeline-tests-stay-pure"],
  ["lib/pipeline/gates/h.test.ts", "fast-check", undefined],
  ["lib/pipeline/plan/hash.ts", "node:crypto", undefined],
  ["lib/ports/clock.ts", "@/lib/pipeline/gates/f", undefined],
  ["lib/ports/other.ts", "@/lib/adapters/oci/registry", "ports"],
  ["lib/adapters/oci/registry.ts", "@/lib/ports/clock", undefined],
  ["lib/adapters/oci/token.ts", "@/lib/adapters/oci/registry", undefined],
  ["lib/adapters/oci/steal.ts", "@/lib/adapters/kubernetes/apply", "adapters"],
  ["lib/adapters/kubernetes/apply.ts", "@/lib/db/client", "adapters"],
  ["lib/adapters/kubernetes/write.ts", "@/lib/ledger/append", "adapters"],
  ["lib/adapters/kubernetes/relative.ts", "../oci/registry", "adapters"],
  ["lib/ledger/append.ts", "@/lib/db/client", undefined],
  ["lib/ledger/send.ts", "@/lib/commands/approve", "ledger"],
  ["lib/facts/evidence.ts", "@/lib/db/client", undefined],
  ["lib/facts/write.ts", "@/lib/ledger/append", "facts"],
  ["lib/commands/approve.ts", "@/lib/ledger/append", undefined],
  ["lib/commands/evidence.ts", "@/lib/facts/evidence", undefined],
  ["lib/commands/push.ts", "@/lib/adapters/oci/registry", "commands"],
  ["lib/commands/drive.ts", "@/lib/engine/drive", "commands"],
  ["lib/queries/matrix.ts", "@/lib/facts/evidence", undefined],
  ["lib/queries/write.ts", "@/lib/ledger/append", "queries"],
  ["lib/engine/drive.ts", "@/lib/ledger/append", undefined],
  ["lib/engine/run-step.ts", "@/lib/adapters/oci/registry", "engine"],
  ["lib/engine/compose.ts", "@/lib/adapters/oci/registry", undefined],
  ["lib/worker/main.ts", "@/lib/engine/drive", undefined],
  ["lib/worker/registry.ts", "@/lib/adapters/oci/registry", "worker"],
  ["lib/config/project.ts", "@/lib/pipeline/gates/f", undefined],
  ["lib/config/env.ts", "@/lib/db/client", "config"],
  ["lib/auth/session.ts", "@/lib/queries/matrix", "auth"],
  ["lib/db/client.ts", "pg", undefined],
  ["lib/db/upward.ts", "@/lib/ledger/append", "db"],
  ["components/matrix/cell.tsx", "@/lib/pipeline/gates/f", undefined],
  ["components/matrix/load.tsx", "@/lib/db/client", "components"],
  ["components/matrix/act.tsx", "@/lib/commands/approve", "components"],
  ["app/page.tsx", "@/lib/queries/matrix", undefined],
  ["app/drive.ts", "@/lib/engine/drive", undefined],
  ["app/step.ts", "@/lib/engine/run-step", "app"],
  ["app/adapter.ts", "@/lib/adapters/oci/registry", "app"],
  ["app/append.ts", "@/lib/ledger/append", "app"],
  ["sandbox/main.ts", "@/lib/pipeline/gates/f", "sandbox"],
  ["cli/verify.ts", "@/lib/ledger/verify", undefined],
  ["cli/append.ts", "@/lib/ledger/append", "cli"],
  ["cli/database.ts", "@/lib/db/client", "cli"],
  ["cli/local/token.ts", "@/lib/db/client", undefined],
  ["cli/local/append.ts", "@/lib/ledger/append", "cli-local"],
  ["lib/api/contract.ts", "@/lib/commands/approve", undefined],
  ["lib/api/write.ts", "@/lib/ledger/append", "api"],
  ["lib/ledger/verify.ts", "@/lib/pipeline/gates/f", undefined],
  ["lib/ledger/lost.ts", "@/lib/ledger/nowhere", "not-resolvable"],
];

const FORMS = {
  value: (what: string) => `import * as x from "${what}";\nexport const y = x;\n`,
  type: (what: string) => `import type * as x from "${what}";\nexport type Y = typeof x;\n`,
  reexport: (what: string) => `export * from "${what}";\n`,
  dynamic: (what: string) => `export const y = () => import("${what}");\n`,
};

let folder: string;
let violations: { from: string; to: string; rule: { name: string } }[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "import-rules-"));
  await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  await writeFile(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { paths: { "@/*": ["./*"] } } }),
  );
  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  for (const [file, what] of cases) await write(file, FORMS.value(what));
  await write("lib/commands/by-type.ts", FORMS.type("@/lib/adapters/oci/registry"));
  await write("lib/commands/by-reexport.ts", FORMS.reexport("@/lib/adapters/oci/registry"));
  await write("lib/commands/by-dynamic.ts", FORMS.dynamic("@/lib/adapters/oci/registry"));
  await write("components/matrix/view-type.tsx", FORMS.type("@/lib/queries/matrix"));
  await write("components/matrix/view-value.tsx", FORMS.value("@/lib/queries/matrix"));
  await write("lib/db/one.ts", FORMS.value("@/lib/db/two"));
  await write("lib/db/two.ts", FORMS.value("@/lib/db/one"));
  await write("lib/db/three.ts", FORMS.type("@/lib/db/four"));
  await write("lib/db/four.ts", FORMS.value("@/lib/db/three"));
  const program = path.join(root, "node_modules", "dependency-cruiser", "bin", "dependency-cruiser.mjs");
  const config = path.join(root, ".dependency-cruiser.cjs");
  const args = [program, "--config", config, "--output-type", "json", "app", "components", "lib", "sandbox", "cli"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 64 << 20 });
  violations = JSON.parse(stdout).summary.violations;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const rulesAgainst = (file: string) =>
  violations.filter((violation) => violation.from === file).map((violation) => violation.rule.name);

describe("the import rules", () => {
  test.each(cases.filter((row) => row[2] !== undefined))("%s may not import %s", (file, _what, rule) => {
    expect(rulesAgainst(file)).toContain(rule);
  });

  test.each(cases.filter((row) => row[2] === undefined))("%s may import %s", (file) => {
    expect(rulesAgainst(file)).toEqual([]);
  });

  test.each(["type", "reexport", "dynamic"])("see an import by %s", (form) => {
    expect(rulesAgainst(`lib/commands/by-${form}.ts`)).toEqual(["commands"]);
  });

  test("let a component name a query's types, but not run it", () => {
    expect(rulesAgainst("components/matrix/view-type.tsx")).toEqual([]);
    expect(rulesAgainst("components/matrix/view-value.tsx")).toEqual(["components-take-view-types-only"]);
  });

  test("refuse a cycle of values, and let one through types be", () => {
    expect(rulesAgainst("lib/db/one.ts")).toEqual(["no-cycles"]);
    expect(rulesAgainst("lib/db/three.ts")).toEqual([]);
    expect(rulesAgainst("lib/db/four.ts")).toEqual([]);
  });
});
