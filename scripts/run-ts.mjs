// Runs a TypeScript file of the repository on a Node that is new enough: node scripts/run-ts.mjs cli/main.ts …
import path from "node:path";
import { fileURLToPath } from "node:url";
import { checkMachineNode, findNode } from "./start/node-binary.mjs";
import { runTypeScript } from "./start/run-typescript.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const [script, ...args] = process.argv.slice(2);

try {
  if (script === undefined) throw new Error("expected the path of a TypeScript file");
  checkMachineNode();
  process.exitCode = await runTypeScript(root, findNode(root), path.resolve(root, script), args);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
