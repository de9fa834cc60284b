import { createHash } from "node:crypto";
import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { mustSayWhy, type Requested, requestInside, requestPromotionInput } from "@/lib/commands/request-promotion";
import { type Queryable, sql } from "@/lib/db/sql";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { parseInput } from "@/lib/pipeline/errors";

export const releasesTogether = z
  .array(requestPromotionInput.shape.release)
  .min(1)
  .max(50)
  .meta({ description: "1 to 50 releases, each service in one of them at most" });

export const requestPromotionsInput = requestPromotionInput
  .omit({ release: true, planHash: true, overrides: true })
  .extend({
    releases: releasesTogether,
    /** By release: the hash of each plan that was looked at. */
    planHashes: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).optional(),
  });
export type RequestPromotionsInput = z.infer<typeof requestPromotionsInput>;

export interface RequestedTogether {
  kind: "requestedTogether";
  /** One a release, in the order in which the project's file names their services. */
  promotions: Requested[];
}

/** Undoes the transaction that it is thrown in. */
class RefusedInside extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
    this.name = "RefusedInside";
  }
}

/**
 * Asks for several releases in one environment at once: one promotion each, so that each has its own gates, rollback and
 * history. All of them are asked for, or none: one that is refused is named. The same key with the same request answers
 * the same promotions.
 */
export async function requestPromotions(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<RequestedTogether | Refusal> {
  const input = parseInput(requestPromotionsInput, raw);
  const { project, environment, planHashes = {}, idempotencyKey, releases, ...asked } = input;
  mustBeAbleTo(principal, "promote", { project, environment });
  mustSayWhy(input);
  const request = (release: string, planHash?: string) => ({
    ...{ ...asked, project, environment, release, idempotencyKey: keyOf(idempotencyKey, release) },
    ...(planHash === undefined ? {} : { planHash }),
  });
  try {
    return await inLedgerTransaction(context.pool, project, async (tx) => {
      const ordered = await inOrder(tx, project, [...new Set(releases)]);
      if ("kind" in ordered) return ordered;
      const promotions: Requested[] = [];
      for (const release of ordered) {
        const answer = await requestInside(tx, context.now(), principal, request(release, planHashes[release]));
        if (answer.kind === "rejection") {
          throw new RefusedInside({ ...answer, message: `${release}: ${answer.message}; nothing was asked for` });
        }
        promotions.push(answer);
      }
      return { kind: "requestedTogether", promotions };
    });
  } catch (error) {
    if (error instanceof RefusedInside) return error.refusal;
    throw error;
  }
}

/** A key for each release, of the one key that the caller gave. */
function keyOf(idempotencyKey: string, release: string): string {
  return createHash("sha256").update(`together\n${idempotencyKey}\n${release}`).digest("hex");
}

/** The releases by the place of their first service in the project's file; refused where two of them move one service. */
export async function inOrder(db: Queryable, project: string, releases: string[]): Promise<string[] | Refusal> {
  const rows = await db.query<{ release: string; service: string }>(
    sql`select a.release, a.service from artifact a left join service s on s.project = a.project and s.name = a.service
         where a.project = ${project} and a.release = any(${releases}) order by s.position, a.release`,
  );
  const lost = releases.find((release) => !rows.some((row) => row.release === release));
  if (lost !== undefined) {
    return { kind: "rejection", code: "nothingToMove", message: `there is no release "${lost}"` };
  }
  const twice = rows.find((row) => rows.some((one) => one.service === row.service && one.release !== row.release));
  if (twice) {
    const both = rows.filter((row) => row.service === twice.service).map((row) => row.release);
    const message = `${twice.service} is in ${both.join(" and ")}: choose one of them`;
    return { kind: "rejection", code: "invalidArtifacts", message };
  }
  return [...new Set(rows.map((row) => row.release))];
}
