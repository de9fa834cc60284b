import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { flag } from "@/lib/api/values";
import { applyDocumentsInput } from "@/lib/commands/apply-documents";

const change = z.strictObject({
  path: z.string(),
  kind: z.enum(["added", "removed", "changed", "reordered"]),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

const diff = z
  .strictObject({
    document: z.strictObject({ kind: z.enum(["Connection", "Project"]), name: z.string() }),
    status: z.enum(["added", "removed", "changed", "unchanged"]),
    changes: z.array(change),
  })
  .meta({ id: "DocumentDiff" });

const applied = z
  .strictObject({
    dryRun: z.boolean(),
    diffs: z.array(diff).meta({ description: "what changed or, in a dry run, would" }),
    versions: z.record(z.string(), z.int()).meta({ description: "the version of each project's file" }),
  })
  .meta({ id: "Applied" });

export const applyOperation = operation({
  id: "applyDocuments",
  method: "put",
  path: "/documents",
  tag: "Documents",
  summary: "Apply a project file",
  description:
    "All of its documents or none. With dryRun=true it only says what would change. A file with errors is a 422 whose " +
    "issues name path, line and column. Connections and new projects need an administrator of the installation.",
  query: z.strictObject({ dryRun: flag.optional().meta({ description: "true: nothing is applied" }) }),
  body: applyDocumentsInput.omit({ dryRun: true }).meta({
    id: "Documents",
    description: "the text of a project file; as application/yaml the body is the text itself",
  }),
  bodyTypes: ["application/yaml", "application/json"],
  // A text of 1 MB in JSON, where every character may be escaped.
  bodyBytesMax: 6_100_000,
  answers: { 200: { description: "applied, or what would be", schema: applied } },
  refusals: [],
  mayConflict: true,
});
