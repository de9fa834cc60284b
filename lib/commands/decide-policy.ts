import { z } from "zod";
import { loadPerson } from "@/lib/auth/people";
import { can, mustBeAbleTo } from "@/lib/auth/permissions";
import { actOf, actorOf, type Principal, personOf } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { saveProject } from "@/lib/commands/save-project";
import { why } from "@/lib/commands/tell-promotion";
import type { DocumentChange } from "@/lib/config/diff";
import { parseDocuments } from "@/lib/config/parse";
import { json, sql } from "@/lib/db/sql";
import { loadProject } from "@/lib/facts/project";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import { strictestStepUp } from "@/lib/pipeline/gates/planned-gate";
import { stepUpProblem } from "@/lib/pipeline/gates/step-up";
import type { ConnectionDocument } from "@/lib/pipeline/policy/connection";

const proposalId = z.string().min(3).max(100);
const fileHash = z.string().regex(/^[0-9a-f]{64}$/, "must be the text's hash: 64 hex digits");
export const confirmPolicyInput = z.strictObject({ proposal: proposalId, fileHash });
export const rejectPolicyInput = z.strictObject({ proposal: proposalId, why });

export interface PolicyDecided {
  kind: "policyDecided";
  project: string;
  /** The version that applies now. */
  version: number;
}

interface Row {
  id: string;
  project: string;
  base: number;
  text: string;
  fileHash: string;
  changes: DocumentChange[];
  environments: string[];
  proposer: string;
  expiresAt: string;
  decision: string | null;
}

/**
 * The second person's yes to exactly the proposed text: it is applied as the next version. Refused for whoever proposed
 * it, for another text, once it is decided or expired, where the file is another one by now, and where whoever proposed
 * it may not any more.
 */
export async function confirmPolicy(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<PolicyDecided | Refusal> {
  const input = parseInput(confirmPolicyInput, raw);
  return decidePolicy(context, principal, input.proposal, async (tx, proposal, now) => {
    const stored = await loadProject(tx, proposal.project);
    const refusal =
      refuseConfirmation(principal, proposal, input.fileHash, now, stored) ?? (await refuseProposer(tx, proposal));
    if (refusal || !stored) return refusal ?? staleFile(proposal);
    const known = await tx.query<ConnectionDocument>(sql`select name, kind, projects from connection`);
    const parsed = parseDocuments(proposal.text, known);
    const part = parsed.ok ? parsed.documents.find((one) => one.kind === "Project") : undefined;
    if (part?.kind !== "Project" || part.name !== proposal.project) {
      const message = "the text is not valid any more, as its connections are now: propose it anew";
      return { kind: "rejection", code: "proposalStale", message };
    }
    const { changes, base, id, proposer } = proposal;
    const version = await saveProject(tx, part, { principal, now, changes, base, proposed: { id, by: proposer } });
    await close(tx, proposal, "confirmed", principal, now);
    return { kind: "policyDecided", project: proposal.project, version };
  });
}

/** A no to a proposal, or that of whoever proposed it, who takes it back. Nothing is applied. */
export async function rejectPolicy(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<PolicyDecided | Refusal> {
  const input = parseInput(rejectPolicyInput, raw);
  return decidePolicy(context, principal, input.proposal, async (tx, proposal, now) => {
    await close(tx, proposal, "rejected", principal, now);
    const data = { id: proposal.id, why: input.why };
    await tx.append([{ kind: "policy.rejected", data, at: now, actor: actorOf(principal), subject: {} }]);
    const stored = await loadProject(tx, proposal.project);
    return { kind: "policyDecided", project: proposal.project, version: stored?.version ?? proposal.base };
  });
}

async function decidePolicy(
  context: CommandContext,
  principal: Principal,
  id: string,
  decide: (tx: LedgerTransaction, proposal: Row, now: string) => Promise<PolicyDecided | Refusal>,
): Promise<PolicyDecided | Refusal> {
  const [found] = await context.pool.query<{ project: string }>(
    sql`select project from policy_proposal where id = ${id}`,
  );
  if (!found) throw new NotFound(`proposal ${id}`);
  mustBeAbleTo(principal, "configure", { project: found.project });
  return inLedgerTransaction(context.pool, found.project, async (tx) => {
    const now = context.now();
    const [proposal] = await tx.query<Row>(
      sql`select id, project, base_version as base, text, file_hash as "fileHash", changes, environments, proposer,
                 expires_at as "expiresAt", decision from policy_proposal where id = ${id}`,
    );
    if (!proposal) throw new NotFound(`proposal ${id}`);
    if (proposal.decision !== null) {
      return { kind: "rejection", code: "proposalDecided", message: `it is ${proposal.decision} already` };
    }
    if (now >= proposal.expiresAt) {
      return { kind: "rejection", code: "proposalExpired", message: `nobody decided it until ${proposal.expiresAt}` };
    }
    return decide(tx, proposal, now);
  });
}

function refuseConfirmation(
  principal: Principal,
  proposal: Row,
  looked: string,
  now: string,
  stored: Awaited<ReturnType<typeof loadProject>>,
): Refusal | undefined {
  if (looked !== proposal.fileHash) {
    return { kind: "rejection", code: "proposalChanged", message: "this is not the text that was proposed" };
  }
  if (personOf(principal).id === proposal.proposer) {
    return { kind: "rejection", code: "secondPerson", message: "who proposed it does not confirm it: another must" };
  }
  if (stored?.version !== proposal.base) return staleFile(proposal);
  const guarded = stored.document.environments.filter((one) => proposal.environments.includes(one.name));
  const stale = stepUpProblem(actOf(principal), now, strictestStepUp({ gates: guarded.flatMap((one) => one.gates) }));
  return stale ? { kind: "rejection", code: "stepUpNeeded", message: stale } : undefined;
}

/** Two people change it: whoever proposed it must still be one who may, as an approver must be when it starts. */
async function refuseProposer(tx: LedgerTransaction, { project, proposer }: Row): Promise<Refusal | undefined> {
  const person = await loadPerson(tx, proposer);
  if (person !== null && can(person, "configure", { project })) return undefined;
  const message = `who proposed it may not change ${project} any more: propose it anew`;
  return { kind: "rejection", code: "proposalStale", message };
}

function staleFile({ project, base }: Row): Refusal {
  const message = `${project} has another version than ${base} by now: propose it anew`;
  return { kind: "rejection", code: "proposalStale", message };
}

async function close(tx: LedgerTransaction, { id }: Row, decision: string, principal: Principal, now: string) {
  await tx.execute(
    sql`update policy_proposal set decision = ${decision}, decided_at = ${now},
               decided_by = ${json(actorOf(principal))}::jsonb where id = ${id}`,
  );
}
