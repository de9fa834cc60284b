import path from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseError } from "@/lib/db/database-error";
import { StartError } from "./start-error";
import { WaybillStart } from "./waybill-start";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const say = (line: string) => console.log(line);
const start = new WaybillStart(root, process.env, process.argv.slice(2), say);

let asked = 0;
const stop = (why: string) => {
  asked += 1;
  if (asked === 1) say(`\n${why}: stopping`);
  start.stop();
};
// A terminal sends Ctrl-C to npm, to the bootstrap and to us, and they hand it on: the same one comes more than once.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
process.on("disconnect", () => stop("npm start was ended"));

try {
  await start.run();
  process.exitCode = 0;
} catch (error) {
  process.exitCode = 1;
  const known = error instanceof StartError || error instanceof DatabaseError;
  const message = error instanceof Error ? error.message : String(error);
  console.error(`Waybill cannot start: ${message}`);
  if (!known && error instanceof Error) console.error(error.stack);
}
// What still has a timer or a socket open does not hold the end up.
process.exit();
