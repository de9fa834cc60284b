import { z } from "zod";
import { can, mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import type { CommandContext } from "@/lib/commands/context";
import { sql } from "@/lib/db/sql";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import type { ConnectionKind } from "@/lib/pipeline/policy/connection";
import { ExternalError } from "@/lib/ports/external-error";

export const checkConnectionInput = z.strictObject({ name: z.string().min(1).max(63) });

/** A check answers within this, whatever the other side does. */
const checkMsMax = 5_000;

export interface Checked {
  kind: "checked";
  /** What is wrong, in words without secrets; null where the connection works. */
  trouble: string | null;
  tookMs: number;
}

/**
 * Asks an outside system whether it answers with the credentials of its connection: the call that a promotion would
 * begin with, bounded to 5 s. What came of it is kept for the settings page. Administrators of the installation may,
 * and whoever configures a project that uses it. Throws NotFound or Forbidden.
 */
export async function checkConnection(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
  limitMs = checkMsMax,
): Promise<Checked> {
  const { name } = parseInput(checkConnectionInput, raw);
  const [row] = await context.pool.query<{ kind: ConnectionKind; projects: string[] }>(
    sql`select kind, projects from connection where name = ${name}`,
  );
  const [first] = row?.projects ?? [];
  if (!row || first === undefined) throw new NotFound(`connection ${name}`);
  const project = row.projects.find((one) => can(principal, "configure", { project: one })) ?? first;
  if (!can(principal, "configure", { project })) mustBeAbleTo(principal, "administer", { instance: true });

  const began = Date.parse(context.now());
  const trouble = await troubleOf(() => ask(context, row.kind, { project, name, limitMs }));
  const at = context.now();
  await context.pool.execute(sql`update connection set checked_at = ${at}, trouble = ${trouble} where name = ${name}`);
  return { kind: "checked", trouble, tookMs: Math.max(0, Date.parse(at) - began) };
}

interface Asked {
  project: string;
  name: string;
  limitMs: number;
}

async function ask({ world }: CommandContext, kind: ConnectionKind, { project, name, limitMs }: Asked): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  const expired = new Promise<never>((_, refuse) => {
    signal.addEventListener("abort", () => {
      const message = `no answer within ${limitMs / 1_000} s`;
      refuse(new ExternalError({ system: `connection ${name}`, code: "timeout", message, retryable: true }));
    });
  });
  await Promise.race([expired, check(signal)]);

  async function check(until: AbortSignal): Promise<void> {
    switch (kind) {
      case "registry":
        return (await world.registry(project, name)).check(until);
      case "kubernetes":
        return (await world.target(project, name)).check(until);
      case "prometheus":
      case "alertmanager":
        return (await world.metrics(project, name)).check(until);
      case "slack":
        return (await world.chat(project, name)).check(until);
      case "http":
        return (await world.httpJobs(project, { connection: name, start: "/" })).check(until);
      case "smtp":
        return (await world.mail(project, name)).check(until);
      default:
        return kind satisfies never;
    }
  }
}

/** Only an adapter's own error is known to hold no secret; anything else is told to the log, not to the page. */
async function troubleOf(call: () => Promise<void>): Promise<string | null> {
  try {
    await call();
    return null;
  } catch (error) {
    if (error instanceof ExternalError) return error.message.slice(0, 500);
    throw error;
  }
}
