// Writes the database client from prisma/schema.prisma, if that changed: node scripts/generate.mjs
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findNode } from "./start/node-binary.mjs";

const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Answers whether it wrote anew. Throws with Prisma's words if it cannot. */
export function generateIfNeeded(root) {
  const folder = path.join(root, "lib", "db", "generated");
  const stampFile = path.join(folder, ".stamp");
  const hash = createHash("sha256");
  for (const file of ["prisma/schema.prisma", "node_modules/prisma/package.json"]) {
    hash.update(readFileSync(path.join(root, file)));
  }
  const stamp = hash.digest("hex");
  const written = existsSync(path.join(folder, "client.ts")) && existsSync(stampFile);
  if (written && readFileSync(stampFile, "utf8") === stamp) return false;
  const answer = spawnSync(findNode(root), [path.join(root, "node_modules/prisma/build/index.js"), "generate"], {
    cwd: root,
    encoding: "utf8",
    // `generate` needs no schema engine, but looks for one; /bin/true would let other commands pass having done nothing.
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? "/bin/false",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  });
  if (answer.status !== 0) {
    throw new Error(`prisma generate failed:\n${answer.error?.message ?? `${answer.stdout}${answer.stderr}`.trim()}`);
  }
  writeFileSync(stampFile, stamp);
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    console.log(generateIfNeeded(projectRoot) ? "The database client was written." : "The database client is current.");
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
