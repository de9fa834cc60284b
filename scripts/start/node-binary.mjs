import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** The packages need this one; npm itself is content with less. */
const NODE_MAJOR_MIN = 22;
const MACHINE_NODE_MAJOR_MIN = 20;

/** Throws, saying what to install, where even the bootstrap cannot run. */
export function checkMachineNode(version = process.versions.node) {
  if (major(version) < MACHINE_NODE_MAJOR_MIN) {
    throw new Error(
      `Node ${version} is too old. Install Node ${MACHINE_NODE_MAJOR_MIN} or newer (https://nodejs.org), then try again.`,
    );
  }
}

/** The Node to run Waybill on: this one if it is new enough, else the one among the packages. Throws if there is none. */
export function findNode(root) {
  if (major(process.versions.node) >= NODE_MAJOR_MIN) return process.execPath;
  const name = process.platform === "win32" ? "node.exe" : "node";
  const packaged = path.join(root, "node_modules", "node", "bin", name);
  if (!existsSync(packaged)) {
    throw new Error(
      existsSync(path.join(root, "node_modules"))
        ? `Node ${NODE_MAJOR_MIN} is not among the packages (were install scripts switched off?). Install Node ${NODE_MAJOR_MIN} or newer.`
        : "The packages are not installed. Run npm ci, or npm start, which does it.",
    );
  }
  const answer = spawnSync(packaged, ["--version"], { encoding: "utf8" });
  if (answer.status !== 0 || major(answer.stdout.slice(1)) < NODE_MAJOR_MIN) {
    throw new Error(`${packaged} does not run on this machine. Install Node ${NODE_MAJOR_MIN} or newer.`);
  }
  return packaged;
}

function major(version) {
  return Number.parseInt(version, 10);
}
