import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { flag, instant, projectName } from "@/lib/api/values";
import { applyDocumentsInput } from "@/lib/commands/apply-documents";
import { confirmPolicyInput, rejectPolicyInput } from "@/lib/commands/decide-policy";

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

const proposed = z
  .strictObject({
    id: z.string(),
    project: z.string(),
    environments: z.array(z.string()),
    fileHash: z.string().meta({ description: "SHA-256 of the proposed text, which is what is confirmed" }),
    expiresAt: instant,
  })
  .meta({ id: "Proposed", description: "a change of a project's file that waits for a second person" });

const applied = z
  .strictObject({
    dryRun: z.boolean(),
    diffs: z.array(diff).meta({ description: "what changed or, in a dry run, would" }),
    secondPerson: z
      .array(z.strictObject({ project: z.string(), environments: z.array(z.string()) }))
      .meta({ description: "projects of which this changes the guard of protected environments" }),
    proposals: z.array(proposed).meta({ description: "what is not applied before another administrator confirms it" }),
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
    "issues name path, line and column. What changes the guard of a protected environment is proposed, for another " +
    "administrator to confirm. Connections and new projects need an administrator of the installation.",
  query: z.strictObject({ dryRun: flag.optional().meta({ description: "true: nothing is applied" }) }),
  body: applyDocumentsInput.omit({ dryRun: true }).meta({
    id: "Documents",
    description: "the text of a project file; as application/yaml the body is the text itself",
  }),
  bodyTypes: ["application/yaml", "application/json"],
  // A text of 1 MB in JSON, where every character may be escaped.
  bodyBytesMax: 6_100_000,
  answers: {
    200: { description: "applied, or what would be", schema: applied },
    202: { description: "some of it waits for a second person: see proposals", schema: applied },
  },
  refusals: [],
  mayConflict: true,
});

const params = z.strictObject({ id: z.string().min(3).max(100).meta({ description: "a proposal's id" }) });
const decided = z
  .strictObject({ project: z.string(), version: z.int().meta({ description: "the version that applies now" }) })
  .meta({ id: "ProposalDecided" });

const proposal = z
  .strictObject({
    ...{ id: z.string(), project: z.string(), environments: z.array(z.string()), fileHash: z.string() },
    baseVersion: z.int().meta({ description: "the version that it would follow" }),
    current: z.boolean().meta({ description: "false: the file is another one by now, and it cannot be confirmed" }),
    changes: z.array(change),
    ...{ proposedBy: z.string(), proposedAt: instant, expiresAt: instant },
    mayConfirm: z.boolean(),
    mayReject: z.boolean(),
  })
  .meta({ id: "Proposal" });

export const listProposalsOperation = operation({
  id: "listProposals",
  method: "get",
  path: "/proposals",
  tag: "Documents",
  summary: "List what waits for a second person",
  description: "Changes of project files that are neither decided nor expired.",
  query: z.strictObject({ project: projectName.optional() }),
  answers: { 200: { description: "the open proposals", schema: z.strictObject({ items: z.array(proposal) }) } },
  refusals: [],
});

export const confirmProposalOperation = operation({
  id: "confirmProposal",
  method: "post",
  path: "/proposals/{id}/confirm",
  tag: "Documents",
  summary: "Confirm a proposed change",
  description:
    "By another administrator than who proposed it, for exactly this text; it is applied as the next version.",
  params,
  body: confirmPolicyInput.omit({ proposal: true }).meta({ id: "ProposalConfirmation" }),
  answers: { 200: { description: "applied", schema: decided } },
  refusals: ["proposalChanged", "secondPerson", "stepUpNeeded", "proposalDecided", "proposalExpired", "proposalStale"],
});

export const rejectProposalOperation = operation({
  id: "rejectProposal",
  method: "post",
  path: "/proposals/{id}/reject",
  tag: "Documents",
  summary: "Reject a proposed change, or take it back",
  description: "Nothing is applied.",
  params,
  body: rejectPolicyInput.omit({ proposal: true }).meta({ id: "ProposalRejection" }),
  answers: { 200: { description: "rejected", schema: decided } },
  refusals: ["proposalDecided", "proposalExpired"],
});
