// npm run bench: all of them, or those named. A whole run writes docs/benchmarks.md.
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import path from "node:path";
import type { Row } from "@/bench/row";
import { buildPages, PAGES_ARE_BUILT } from "@/bench/web-server";
import { typeScriptArguments } from "@/scripts/start/run-typescript.mjs";
import { benches } from "./benches";
import { benchNamed, type Outcome, toMarkdown, toText } from "./report";

const root = path.resolve(import.meta.dirname, "../..");
const minutesMaxDefault = 6;
/** A bench that is told to end stops its Postgres and its other processes first. */
const graceMs = 20_000;

const signals = ["SIGINT", "SIGTERM"] as const;
let interrupted = false;

async function main(names: readonly string[]): Promise<void> {
  const chosen = names.length === 0 ? benches : names.map(benchNamed);
  const outcomes: Outcome[] = [];
  const loads: number[] = [];
  const built = chosen.some((bench) => bench.needsPages) && (await pagesAreBuilt());
  for (const { name, minutesMax } of chosen) {
    const load = loadavg()[0] ?? Number.NaN;
    loads.push(load);
    console.log(`${name} … (load ${load.toFixed(1)})`);
    const outcome = await runOne(name, built, (minutesMax ?? minutesMaxDefault) * 60_000);
    console.log(outcome.kind === "measured" ? `${name}: ${outcome.seconds} s` : `${name}: ${outcome.reason}`);
    outcomes.push(outcome);
    if (interrupted) throw new Error("interrupted: nothing was written");
  }
  console.log(`\n${toText(outcomes)}`);
  if (names.length === 0) {
    await writeFile(path.join(root, "docs", "benchmarks.md"), toMarkdown(outcomes, new Date(), loads));
    console.log("\nwritten to docs/benchmarks.md");
  }
  if (outcomes.some((outcome) => outcome.kind === "failed")) process.exitCode = 1;
}

/** Once for all of them; where it cannot be done, those that need the pages say why themselves. */
async function pagesAreBuilt(): Promise<boolean> {
  try {
    await buildPages();
    return true;
  } catch {
    return false;
  }
}

/** One bench in a process of its own, so that none inherits another's memory, compiled code or connections. */
async function runOne(name: string, built: boolean, stopAfterMs: number): Promise<Outcome> {
  const began = performance.now();
  const script = path.join(root, "scripts", "bench", "run-one.ts");
  const child = spawn(process.execPath, [...typeScriptArguments(root), script, name], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      LOG_LEVEL: process.env.LOG_LEVEL ?? "error",
      TSX_TSCONFIG_PATH: path.join(root, "tsconfig.json"),
      ...(built && { [PAGES_ARE_BUILT]: "yes" }),
    },
  });
  let rows: Row[] | undefined;
  child.on("message", (message: { rows?: Row[] }) => {
    rows = message.rows;
  });
  const timers = [
    setTimeout(() => child.kill("SIGTERM"), stopAfterMs),
    setTimeout(() => child.kill("SIGKILL"), stopAfterMs + graceMs),
  ];
  const handOn = (signal: NodeJS.Signals) => {
    interrupted = true;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, handOn);
  const end = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  for (const timer of timers) clearTimeout(timer);
  for (const signal of signals) process.off(signal, handOn);
  if (rows === undefined) return { kind: "failed", name, reason: `ended with ${end}, see above` };
  return { kind: "measured", name, seconds: Math.round((performance.now() - began) / 1000), rows };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
