import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Installs exactly what the lock file names, unless that is there already. Answers whether it installed. Throws an
 * error that says what to do where npm is missing, the folder cannot be written, or the installation fails.
 */
export async function ensureInstalled(root, say) {
  const lockFile = path.join(root, "package-lock.json");
  const stampFile = path.join(root, "node_modules", ".waybill-stamp");
  const stamp = stampOf(lockFile);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return false;
  // Somebody may have run npm themselves: then what npm noted down is enough.
  if (!installedMatches(root, lockFile)) {
    mustBeWritable(root);
    say("packages     installing (a minute or two, once)");
    await runNpm(root);
    writeStamp(stampFile, stamp);
    return true;
  }
  writeStamp(stampFile, stamp);
  return false;
}

function stampOf(lockFile) {
  const lock = createHash("sha256").update(readFileSync(lockFile)).digest("hex");
  return `${lock} ${process.platform} ${process.arch}\n`;
}

function writeStamp(stampFile, stamp) {
  try {
    writeFileSync(stampFile, stamp);
  } catch {
    // Packages in a read-only place are looked through again at each start.
  }
}

/** Whether every package that the lock file requires is there in that version, by npm's own note of what it did. */
export function installedMatches(root, lockFile) {
  const noted = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(noted)) return false;
  const wanted = JSON.parse(readFileSync(lockFile, "utf8")).packages;
  const there = JSON.parse(readFileSync(noted, "utf8")).packages;
  return Object.entries(wanted).every(
    ([name, { version, optional, devOptional, peer }]) =>
      name === "" || there[name]?.version === version || ((optional || devOptional || peer) && !(name in there)),
  );
}

function mustBeWritable(root) {
  const folder = existsSync(path.join(root, "node_modules")) ? path.join(root, "node_modules") : root;
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new Error(
      `the folder ${folder} cannot be written, and packages are missing. Give this user the right to it.`,
    );
  }
}

async function runNpm(root) {
  const onWindows = process.platform === "win32";
  const child = spawn(
    onWindows ? "npm.cmd" : "npm",
    ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      shell: onWindows,
      env: {
        ...process.env,
        // Waybill applies its migrations itself: Prisma's engine is never downloaded, also where that is blocked.
        PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? "/bin/false",
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
      },
    },
  );
  const code = await new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(
        error.code === "ENOENT" ? new Error("npm is missing. Install Node with npm (https://nodejs.org).") : error,
      ),
    );
    child.once("exit", (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0) {
    throw new Error(
      `npm ci failed (${code}); what it said stands above. Check the network or the npm registry's setting, then try again.`,
    );
  }
}
