import { actorOf, type Principal, personOf } from "@/lib/auth/principal";
import { hashOfFile } from "@/lib/commands/file-hash";
import type { ProjectPart } from "@/lib/commands/save-project";
import type { DocumentChange } from "@/lib/config/diff";
import { json, sql } from "@/lib/db/sql";
import type { LedgerTransaction } from "@/lib/ledger/append";
import { Conflict } from "@/lib/pipeline/errors";
import { later } from "@/lib/pipeline/promotion/decision";

/** A change of a project's file that waits for a second person. `expiresAt` is ISO 8601, UTC. */
export interface Proposed {
  id: string;
  project: string;
  environments: string[];
  /** SHA-256 of the proposed text: what is confirmed is this and nothing else. */
  fileHash: string;
  expiresAt: string;
}

const openForMs = 7 * 86_400_000;

interface Proposal {
  principal: Principal;
  now: string;
  changes: readonly DocumentChange[];
  /** The version that it would follow. */
  base: number;
  environments: string[];
}

/** Writes the change down for a second person; the same text proposed again answers the proposal that is there. */
export async function proposePolicy(
  tx: LedgerTransaction,
  part: ProjectPart,
  { principal, now, changes, base, environments }: Proposal,
): Promise<Proposed> {
  const { name: project, text } = part;
  const [current] = await tx.query<{ version: number }>(
    sql`select file_version as version from project where name = ${project}`,
  );
  if ((current?.version ?? 0) !== base) {
    throw new Conflict(`${project} was changed meanwhile`, { version: current?.version ?? 0 });
  }
  const fileHash = hashOfFile(text);
  const by = personOf(principal).id;
  const [same] = await tx.query<Proposed>(
    sql`select id, project, environments, file_hash as "fileHash", expires_at as "expiresAt" from policy_proposal
         where project = ${project} and base_version = ${base} and file_hash = ${fileHash} and proposer = ${by}
           and decided_at is null and expires_at > ${now}`,
  );
  if (same) return same;
  const actor = actorOf(principal);
  const proposed: Proposed = {
    ...{ id: `${project}-file-${tx.head.seq + 1}`, project, environments, fileHash },
    expiresAt: later(now, openForMs),
  };
  await tx.execute(
    sql`insert into policy_proposal (id, project, base_version, text, file_hash, changes, environments, proposer,
               proposed_by, proposed_at, expires_at)
        values (${proposed.id}, ${project}, ${base}, ${text}, ${fileHash}, ${json(changes)}::jsonb, ${environments}, ${by},
                ${json(actor)}::jsonb, ${now}, ${proposed.expiresAt})`,
  );
  const told = changes.map(({ path, kind }) => ({ path, kind }));
  const { id, expiresAt } = proposed;
  const data = { id, baseVersion: base, fileHash, environments, changes: told, expiresAt };
  await tx.append([{ kind: "policy.proposed", data, at: now, actor, subject: {} }]);
  return proposed;
}
