// `npm start` and `npm run dev`. Runs on the machine's own Node with nothing installed: it brings the packages, then
// hands over to scripts/start/main.ts on the Node that came with them.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./start/install.mjs";
import { checkMachineNode, findNode } from "./start/node-binary.mjs";
import { runTypeScript } from "./start/run-typescript.mjs";
import { watchNpm } from "./start/stop-with-npm.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

watchNpm(process.env, () => process.kill(process.pid, "SIGTERM"));

try {
  checkMachineNode();
  await ensureInstalled(root, (line) => console.log(line));
  const script = path.join(root, "scripts", "start", "main.ts");
  process.exitCode = await runTypeScript(root, findNode(root), script, process.argv.slice(2), { watchParent: true });
} catch (error) {
  console.error(`Waybill cannot start: ${error.message}`);
  process.exitCode = 1;
}
