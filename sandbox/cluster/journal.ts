import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../write-file-atomically";
import type { KubeObject } from "./objects";

interface Line {
  revision: number;
  object: KubeObject;
  gone?: true;
}

const linesMax = 5000;

/**
 * Objects on disk: a snapshot that is replaced by a rename, and the writes since then, each one line that is handed to
 * the system before it is answered. kill -9 loses nothing; a line that it cut short was never answered and is dropped.
 */
export class Journal {
  private file: number | undefined;
  private lines = 0;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Everything that was stored, by `keyOf`, and the revision of the last write. */
  load(keyOf: (object: KubeObject) => string): { revision: number; objects: Map<string, KubeObject> } {
    const snapshot = join(this.folder, "objects.json");
    const stored: { revision: number; objects: KubeObject[] } = existsSync(snapshot)
      ? JSON.parse(readFileSync(snapshot, "utf8"))
      : { revision: 0, objects: [] };
    const objects = new Map(stored.objects.map((object) => [keyOf(object), object]));
    let { revision } = stored;
    const path = join(this.folder, "journal");
    const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
    for (const text of lines) {
      const line: Line = JSON.parse(text);
      // A snapshot may have been written just before the journal would have been emptied.
      if (line.revision <= stored.revision) continue;
      revision = line.revision;
      if (line.gone) objects.delete(keyOf(line.object));
      else objects.set(keyOf(line.object), line.object);
    }
    return { revision, objects };
  }

  /** Makes `objects` the snapshot and starts an empty journal. */
  compact(revision: number, objects: KubeObject[]): void {
    writeFileAtomically(join(this.folder, "objects.json"), JSON.stringify({ revision, objects }));
    this.close();
    this.file = openSync(join(this.folder, "journal"), "w", 0o600);
    this.lines = 0;
  }

  /** Returns true where it is time to compact. */
  append(line: Line): boolean {
    if (this.file === undefined) throw new Error("the journal is not open: compact begins it");
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    this.lines += 1;
    return this.lines >= linesMax;
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}
