// `npm run bench [-- name…]`: measures Waybill against bare programs that do the same work, see docs/benchmarks.md.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { generateIfNeeded } from "./generate.mjs";
import { ensureInstalled } from "./start/install.mjs";
import { checkMachineNode, findNode } from "./start/node-binary.mjs";
import { runTypeScript } from "./start/run-typescript.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

try {
  checkMachineNode();
  await ensureInstalled(root, (line) => console.log(line));
  generateIfNeeded(root);
  const script = path.join(root, "scripts", "bench", "main.ts");
  process.exitCode = await runTypeScript(root, findNode(root), script, process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
