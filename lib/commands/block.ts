import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { why } from "@/lib/commands/tell-promotion";
import { type Queryable, sql } from "@/lib/db/sql";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { recordBlock } from "@/lib/ledger/project-entries";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { parseInput } from "@/lib/pipeline/errors";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { Digest } from "@/lib/pipeline/release/digest";

/** Where a digest is kept or kept out. */
export const digestPlace = {
  project: z.string().min(1).max(63),
  environment: z.string().min(1).max(63),
  service: z.string().min(1).max(63),
};
export const digestInput = z.strictObject({
  ...digestPlace,
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits"),
  reason: why,
});
export const blockInput = digestInput;

export interface Blocked {
  kind: "blocked";
  id: string;
}

/**
 * Keeps a digest out of an environment, with a reason, until somebody lifts the block: promotions of it that wait there
 * are refused. What is under way or runs already is not touched: abort it, or roll it back.
 */
export async function block(context: CommandContext, principal: Principal, raw: unknown): Promise<Blocked | Refusal> {
  const { project, environment, service, digest, reason } = parseInput(blockInput, raw);
  mustBeAbleTo(principal, "block", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const unknown = await refuseUnknownDigest(tx, { project, environment, service, digest });
    if (unknown) return unknown;
    const entry: Entry & { kind: "digest.blocked" } = {
      kind: "digest.blocked",
      data: {
        id: `${project}:${environment}:${service}:${tx.head.seq + 1}`,
        service,
        digest: digest as Digest,
        reason,
        nextStep: "Announce another digest; or unblock this one with a reason.",
      },
      at: context.now(),
      actor: actorOf(principal),
      subject: { environment, service },
    };
    if (!(await recordBlock(tx, { project, environment, promotion: null }, entry))) {
      return { kind: "rejection", code: "blocked", message: `it is blocked in ${environment} already` };
    }
    await tx.append([entry]);
    await wakeWaiting(tx, project);
    return { kind: "blocked", id: entry.data.id };
  });
}

interface DigestAt {
  project: string;
  environment: string;
  service: string;
  digest: string;
}

/** A refusal where nobody announced this digest of the service and it was never seen in the environment. */
export async function refuseUnknownDigest(
  db: Queryable,
  { project, environment, service, digest }: DigestAt,
): Promise<Refusal | undefined> {
  const [row] = await db.query<{ place: boolean; known: boolean }>(
    sql`select exists (select 1 from deployment where project = ${project} and environment = ${environment}
                          and service = ${service}) as place,
               exists (select 1 from artifact where project = ${project} and service = ${service} and digest = ${digest})
               or exists (select 1 from deployment where project = ${project} and environment = ${environment} and service = ${service}
                             and ${digest} in (observed_digest, wanted_digest, drift_digest)) as known`,
  );
  if (!row?.place) {
    return { kind: "rejection", code: "noTarget", message: `${service} has no target in ${environment}` };
  }
  if (row.known) return undefined;
  return { kind: "rejection", code: "unknownDigest", message: `nobody announced ${digest} of ${service}` };
}
