import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { searchForCanaries } from "./canaries";
import { ensureBrowser } from "./find-browser.mjs";
import { type Outcome, playwrightOutcome, single } from "./outcome";
import { Product } from "./product";
import { runCommand } from "./run-command";

export interface Stage {
  name: string;
  /** As a person reads it. */
  what: string;
  /** `filters` name the test files to run; stages without files ignore them. */
  run(root: string, filters: string[]): Promise<Outcome>;
}

/** A stage that is one program's yes or no. */
function check(name: string, what: string, program: string, args: string[]): Stage {
  return {
    name,
    what,
    run: async (root) => {
      const file = path.join(root, "node_modules", program);
      const code = await runCommand(process.execPath, [file, ...args], { cwd: root, timeoutMinutes: 5 });
      return single(code === 0 ? name : `${name} (${code})`, code === 0);
    },
  };
}

function vitest(name: string, what: string, timeoutMinutes: number): Stage {
  return {
    name,
    what,
    run: async (root, filters) => {
      const folder = await mkdtemp(path.join(tmpdir(), "waybill-outcome-"));
      const file = path.join(folder, "outcome.json");
      const reporters = ["--reporter=default", "--reporter=./scripts/test/outcome-reporter.ts"];
      const args = ["run", "--project", name, ...reporters, ...filters];
      const code = await runCommand(process.execPath, [path.join(root, "node_modules/vitest/vitest.mjs"), ...args], {
        cwd: root,
        env: { ...process.env, NODE_ENV: "test", WAYBILL_TEST_OUTCOME: file },
        timeoutMinutes,
      });
      return await readOutcome(name, code, folder, file, (text) => JSON.parse(text) as Outcome);
    },
  };
}

/** What the runner noted; where it failed without a failed test, that is one. */
async function readOutcome(
  name: string,
  code: number | string,
  folder: string,
  file: string,
  read: (text: string) => Outcome,
): Promise<Outcome> {
  const outcome = existsSync(file) ? read(await readFile(file, "utf8")) : { passed: 0, failed: [], skipped: [] };
  await rm(folder, { recursive: true, force: true });
  if (code !== 0 && outcome.failed.length === 0) outcome.failed.push(`${name}: the runner ended with ${code}`);
  if (outcome.passed + outcome.failed.length === 0) outcome.failed.push(`${name}: no test ran`);
  return outcome;
}

async function runBrowserTests(root: string, filters: string[]): Promise<Outcome> {
  const browser = ensureBrowser(root, (line: string) => console.log(line));
  console.log(`browser: ${browser.name}`);
  const product = await Product.start(root);
  const folder = await mkdtemp(path.join(tmpdir(), "waybill-outcome-"));
  const file = path.join(folder, "outcome.json");
  let outcome: Outcome;
  try {
    const playwright = path.join(root, "node_modules/@playwright/test/cli.js");
    const code = await runCommand(process.execPath, [playwright, "test", "--reporter=list,json", ...filters], {
      cwd: root,
      env: {
        ...process.env,
        WAYBILL_E2E_URL: product.url,
        WAYBILL_HOME: product.home,
        PLAYWRIGHT_JSON_OUTPUT_NAME: file,
      },
      timeoutMinutes: 60,
    });
    outcome = await readOutcome("browser", code, folder, file, (text) => playwrightOutcome(JSON.parse(text)));
    const expectSeeds = filters.length === 0 || filters.some((one) => one.includes("secrets"));
    // A search that cannot be made fails beside the tests, whose own outcome is not lost with it.
    const canaries = await searchForCanaries(product, expectSeeds).catch((error: unknown) => {
      console.error(error);
      return single(
        `canaries: they could not be searched for: ${error instanceof Error ? error.message : error}`,
        false,
      );
    });
    outcome = { ...outcome, passed: outcome.passed + canaries.passed, failed: [...outcome.failed, ...canaries.failed] };
  } finally {
    const code = await product.stop();
    if (code !== 0) console.error(`npm start ended with ${code}`);
  }
  if (outcome.failed.length === 0) await product.removeHome();
  else console.error(`The product's logs are kept in ${path.join(product.home, "logs")}`);
  return outcome;
}

export const stages: readonly Stage[] = [
  check("lint", "the linter and the format", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]),
  check("types", "the compiler", "typescript/bin/tsc", ["--noEmit"]),
  check("imports", "who imports whom", "dependency-cruiser/bin/dependency-cruiser.mjs", [
    "--config",
    ".dependency-cruiser.cjs",
    "app",
    "components",
    "lib",
    "sandbox",
    "cli",
  ]),
  vitest("unit", "unit and contract tests", 15),
  vitest("db", "tests with a database", 35),
  { name: "browser", what: "browser tests against the whole product", run: runBrowserTests },
];
