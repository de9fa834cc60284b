// Runs one bench in this process and hands its rows to the process that started it: tsx scripts/bench/run-one.ts ledger
import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Row } from "@/bench/row";

const [name = ""] = process.argv.slice(2);
const file = path.resolve(import.meta.dirname, "../../bench", `${name}.ts`);

try {
  if (!/^[a-z]+$/.test(name) || !existsSync(file)) throw new Error(`there is no bench "${name}"`);
  const bench = (await import(pathToFileURL(file).href)) as { run?: () => Promise<Row[]> };
  if (typeof bench.run !== "function") throw new Error(`bench/${name}.ts exports no run()`);
  const rows = await bench.run();
  if (process.send) process.send({ rows }, () => process.exit(0));
  else console.log(JSON.stringify(rows, null, 2));
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}
