import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

let sequence = 0;

/** Whoever reads `path`, even after kill -9, finds the old content or the new, never a part. */
export function writeFileAtomically(path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  sequence += 1;
  const draft = `${path}.${process.pid}-${sequence}.tmp`;
  writeFileSync(draft, content, { mode });
  renameSync(draft, path);
}
