import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { json, sql } from "@/lib/db/sql";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { type CheckStatus, checkName, checkStatuses, runUrl } from "@/lib/pipeline/check/report";
import { parseInput } from "@/lib/pipeline/errors";
import { type Digest, isDigest } from "@/lib/pipeline/release/digest";

export const reportCheckInput = z.strictObject({
  project: z.string().min(1).max(63),
  environment: z.string().min(1).max(63).meta({ description: "the environment that it was run for" }),
  digest: z
    .string()
    .refine(isDigest, "must be sha256: and 64 lower-case hex digits")
    .meta({ description: "the digest of an image that was announced", pattern: "^sha256:[0-9a-f]{64}$" }),
  name: checkName,
  status: z.enum(checkStatuses),
  url: runUrl.optional().meta({ description: "where the run can be seen: an http or https address" }),
  summary: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .refine((text) => !/\p{Cc}/u.test(text), "must stand on one line")
    .optional()
    .meta({ description: "what was found, in a line" }),
});

export interface CheckReported {
  kind: "checkReported";
  id: string;
  digest: Digest;
  services: string[];
  environment: string;
  name: string;
  status: CheckStatus;
  url: string | null;
  summary: string | null;
  reportedAt: string;
  /** False where exactly this was reported of this run before. */
  created: boolean;
}

/**
 * Takes over what CI says of a check of an announced digest in an environment: the latest report counts. Whoever may
 * report there may; the same report of the same run (its address) again is the same report. Promotions that wait look
 * again.
 */
export async function reportCheck(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<CheckReported | Refusal> {
  const { project, ...input } = parseInput(reportCheckInput, raw);
  mustBeAbleTo(principal, "reportCheck", { project, environment: input.environment });
  const said = { ...input, digest: input.digest as Digest, url: input.url ?? null, summary: input.summary ?? null };
  return inLedgerTransaction(context.pool, project, (tx) => record(tx, principal, said, context.now()));
}

type Said = Pick<CheckReported, "digest" | "environment" | "name" | "status" | "url" | "summary">;

async function record(
  tx: LedgerTransaction,
  principal: Principal,
  said: Said,
  now: string,
): Promise<CheckReported | Refusal> {
  const { project } = tx;
  const { digest, environment, name, status, url, summary } = said;
  const [place] = await tx.query(sql`select from environment where project = ${project} and name = ${environment}`);
  if (!place) return refuse("unknownEnvironment", `${project} has no environment "${environment}"`);
  const found = await tx.query<{ service: string }>(
    sql`select distinct service from artifact where project = ${project} and digest = ${digest} order by service`,
  );
  const services = found.map((one) => one.service);
  if (services.length === 0) {
    return refuse("unknownDigest", `nobody has announced ${digest} in ${project}; announce the build first`);
  }
  const [before] = await tx.query<Pick<CheckReported, "id" | "status" | "url" | "summary" | "reportedAt">>(
    sql`select id, status, url, summary, reported_at as "reportedAt" from check_report
         where project = ${project} and digest = ${digest} and environment = ${environment} and name = ${name}`,
  );
  // Without an address nothing tells a repeated call from another run with the same result.
  const same = before && url !== null && before.url === url && before.status === status && before.summary === summary;
  if (same) {
    const { id, reportedAt } = before;
    return { kind: "checkReported", ...said, id, services, reportedAt, created: false };
  }
  const id = `${project}:check:${tx.head.seq + 1}`;
  const actor = actorOf(principal);
  await tx.execute(
    sql`insert into check_report (project, digest, environment, name, id, status, url, summary, reported_by, reported_at)
        values (${project}, ${digest}, ${environment}, ${name}, ${id}, ${status}, ${url}, ${summary},
                ${json(actor)}::jsonb, ${now})
        on conflict (project, digest, environment, name) do update
           set id = excluded.id, status = excluded.status, url = excluded.url, summary = excluded.summary,
               reported_by = excluded.reported_by, reported_at = excluded.reported_at`,
  );
  const [service] = services;
  const subject = { environment, ...(services.length === 1 && service ? { service } : {}) };
  const data = { id, name, digest, services, status, url, summary };
  await tx.append([{ kind: "check.reported", data, at: now, actor, subject }]);
  await wakeWaiting(tx, project);
  return { kind: "checkReported", ...said, id, services, reportedAt: now, created: true };
}

function refuse(code: string, message: string): Refusal {
  return { kind: "rejection", code, message };
}
