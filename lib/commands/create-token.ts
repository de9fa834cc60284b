import { randomUUID } from "node:crypto";
import { z } from "zod";
import { mayGrant, mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, EVERY_PROJECT, type Principal, personOf } from "@/lib/auth/principal";
import { hashOfToken, newTokenSecret, TOKEN_DAYS_MAX } from "@/lib/auth/tokens";
import type { Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { Forbidden, InvalidInput, parseInput } from "@/lib/pipeline/errors";
import { instanceChain } from "@/lib/pipeline/instance-chain";
import { name } from "@/lib/pipeline/policy/name";
import { tokenRoles } from "@/lib/pipeline/policy/project";

const days = `a whole number of days from 1 to ${TOKEN_DAYS_MAX}`;

export const createTokenInput = z.strictObject({
  project: z
    .union([name, z.literal(EVERY_PROJECT)])
    .meta({ description: `a project's name, or ${EVERY_PROJECT} for every one (administrators of the installation)` }),
  label: z
    .string()
    .trim()
    .min(1, "a label of 1 to 80 characters")
    .max(80, "a label of 1 to 80 characters")
    .meta({ description: "what it is for, 1 to 80 characters" }),
  role: z.enum(tokenRoles),
  environments: z
    .array(name)
    .min(1, "at least one environment, or null for every one")
    .max(50)
    .nullable()
    .default(null)
    .meta({ description: "where it counts; null for every environment" }),
  expiresInDays: z.int(days).min(1, days).max(TOKEN_DAYS_MAX, days),
});
export type CreateTokenInput = z.input<typeof createTokenInput>;

export interface CreatedToken {
  id: string;
  /** `wb_…`: not kept anywhere, so this is the only time it is seen. */
  secret: string;
  label: string;
  expiresAt: string;
}

/**
 * Makes a bearer token of at most a year that may do no more than whoever makes it; one made with a token does not
 * outlive that token. Throws InvalidInput, NotFound or Forbidden.
 */
export async function createToken(
  pool: Pool,
  principal: Principal,
  input: CreateTokenInput,
  now: Date,
): Promise<CreatedToken> {
  const { project, label, role, environments, expiresInDays } = parseInput(createTokenInput, input);
  if (project === EVERY_PROJECT) mustBeAbleTo(principal, "administer", { instance: true });
  else mustBeAbleTo(principal, "createToken", { project });
  if (project !== EVERY_PROJECT && !mayGrant(principal, project, role, environments)) {
    throw new Forbidden(`${principal.kind} ${principal.id} may not hand out ${role} in ${project}`);
  }
  const wanted = now.getTime() + expiresInDays * 24 * 3_600_000;
  const latest = principal.kind === "token" ? Date.parse(principal.expiresAt) : Number.POSITIVE_INFINITY;
  const expiresAt = new Date(Math.min(wanted, latest)).toISOString();
  const token = { id: randomUUID(), label, role, environments: environments ?? [], expiresAt };
  const secret = newTokenSecret();
  await inLedgerTransaction(pool, project === EVERY_PROJECT ? instanceChain : project, async (tx) => {
    if (project !== EVERY_PROJECT) await checkPlaces(tx, project, token.environments);
    await tx.execute(sql`
      INSERT INTO api_token (id, hash, label, project, role, environments, owner, created_at, expires_at)
      VALUES (${token.id}, ${hashOfToken(secret)}, ${label}, ${project}, ${role}, ${token.environments},
              ${personOf(principal).id}, ${now}, ${expiresAt}::timestamptz)`);
    await tx.append([
      { kind: "token.created", data: token, at: now.toISOString(), actor: actorOf(principal), subject: {} },
    ]);
  });
  return { id: token.id, secret, label, expiresAt };
}

async function checkPlaces(tx: LedgerTransaction, project: string, environments: string[]): Promise<void> {
  const rows = await tx.query<{ name: string; environments: string[] }>(sql`
    SELECT p.name, array(SELECT e.name FROM environment e WHERE e.project = p.name ORDER BY e.position) AS environments
      FROM project p WHERE p.name = ${project}`);
  const known = rows[0]?.environments;
  if (known === undefined) {
    throw new InvalidInput([{ path: "project", message: `there is no project ${project}` }]);
  }
  const issues = environments.flatMap((environment, at) =>
    known.includes(environment)
      ? []
      : [
          {
            path: `environments[${at}]`,
            message: `${project} has no environment ${environment}; it has ${known.join(", ")}`,
          },
        ],
  );
  if (issues.length > 0) throw new InvalidInput(issues);
}
