import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Outcome, single, summarise } from "./outcome";
import { endCommands } from "./run-command";
import { type Stage, stages } from "./stages";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const args = process.argv.slice(2);
const named = stages.filter((stage) => args.includes(stage.name));
const filters = args.filter((argument) => !stages.some((stage) => stage.name === argument));

let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted = true;
    endCommands(signal);
  });
}

async function run(stage: Stage): Promise<Outcome> {
  console.log(`\n── ${stage.name}: ${stage.what}`);
  const startedAt = Date.now();
  let outcome: Outcome;
  try {
    outcome = await stage.run(root, filters);
  } catch (error) {
    // A stage that cannot run is a failure, and those after it still tell something.
    console.error(error);
    outcome = single(`${stage.name}: ${error instanceof Error ? error.message : String(error)}`, false);
  }
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(`── ${stage.name}: ${outcome.failed.length === 0 ? "passed" : "FAILED"} in ${seconds} s`);
  return outcome;
}

const outcomes: Outcome[] = [];
for (const stage of named.length > 0 ? named : stages) {
  if (interrupted) outcomes.push({ passed: 0, failed: [`${stage.name}: interrupted`], skipped: [] });
  else outcomes.push(await run(stage));
}
console.log(`\n${summarise(outcomes)}`);
process.exit(outcomes.some((outcome) => outcome.failed.length > 0) ? 1 : 0);
