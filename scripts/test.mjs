// `npm test`: everything that can be checked without a real cluster. `npm test -- unit db` runs only those stages.
// Runs on the machine's own Node with nothing installed, then hands over to scripts/test/main.ts.
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
  process.exitCode = await runTypeScript(
    root,
    findNode(root),
    path.join(root, "scripts/test/main.ts"),
    process.argv.slice(2),
  );
} catch (error) {
  console.error(`The tests cannot run: ${error.message}`);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
