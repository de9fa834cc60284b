import { spawn } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** Arguments that make Node run TypeScript with the repository's `@/` paths, whatever the working folder. */
export function typeScriptArguments(root) {
  return ["--import", pathToFileURL(path.join(root, "node_modules", "tsx", "dist", "loader.mjs")).href];
}

/**
 * Runs `script` and answers its exit code. Signals are handed on. With `watchParent` the child has a channel to us and
 * sees it break if we are killed.
 */
export function runTypeScript(root, node, script, args, { watchParent = false } = {}) {
  const child = spawn(node, [...typeScriptArguments(root), script, ...args], {
    cwd: root,
    stdio: watchParent ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
    env: { ...process.env, TSX_TSCONFIG_PATH: path.join(root, "tsconfig.json") },
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}
