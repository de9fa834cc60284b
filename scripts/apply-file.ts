/** Applies a project file at the start of an installation, as an administrator: `apply-file.ts FILE`. */
import { readFile } from "node:fs/promises";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { formatDocumentError } from "@/lib/config/document-error";
import { databaseUrl } from "@/lib/db/client";
import { createPool } from "@/lib/db/pool";
import { composeEngine } from "@/lib/engine/compose";

/** Whoever can start Waybill with a file may say what is in it. */
const starter: PersonPrincipal = {
  kind: "person",
  id: "waybill:start#operator",
  name: "start",
  email: "",
  groups: [],
  administrator: true,
  grants: [],
};

async function main(file: string | undefined): Promise<number> {
  if (file === undefined) {
    console.error("apply-file.ts FILE: which project file?");
    return 2;
  }
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    console.error(`${file} cannot be read: set WAYBILL_FILE to a project file that exists`);
    return 1;
  }
  const pool = createPool(databaseUrl(), { applicationName: "waybill-apply" });
  try {
    const applied = await applyDocuments(composeEngine(pool), starter, { text }, { operator: true });
    if (applied.kind === "invalidDocuments") {
      for (const error of applied.errors) console.error(formatDocumentError(error, file));
      return 1;
    }
    const changed = applied.diffs.filter((diff) => diff.status !== "unchanged");
    console.log(
      changed.length === 0
        ? `${file}: nothing changed`
        : `${file}: applied ${changed.map((diff) => `${diff.document.kind} ${diff.document.name}`).join(", ")}`,
    );
    return 0;
  } finally {
    await pool.close();
  }
}

process.exitCode = await main(process.argv[2]);
