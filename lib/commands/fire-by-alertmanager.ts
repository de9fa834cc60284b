import { createHash } from "node:crypto";
import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import type { CommandContext } from "@/lib/commands/context";
import { fireTrigger, liesAhead, type ToldByTrigger } from "@/lib/commands/fire-trigger";
import { sql } from "@/lib/db/sql";
import { Conflict, InvalidInput, parseInput } from "@/lib/pipeline/errors";
import { withSpaces } from "@/lib/pipeline/plain-text";

// Whatever a rule's author wrote: one odd sign in it is no reason not to hear that something is wrong.
const text = z.string().overwrite(withSpaces);
const labels = z.record(text, text);

// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Keys beyond these belong to later versions.
export const alertmanagerMessage = z.object({
  version: z.literal("4"),
  alerts: z
    .array(
      z.object({
        status: z.enum(["firing", "resolved"]),
        labels,
        annotations: labels.optional(),
        startsAt: z.iso.datetime({ offset: true }),
        fingerprint: z.string().max(100).optional(),
      }),
    )
    .max(1000)
    .meta({ description: "those that fire count; max_alerts of the receiver bounds them" }),
});
type Alert = z.output<typeof alertmanagerMessage>["alerts"][number];

export interface Heard {
  service: string | null;
  promotions: ToldByTrigger[];
  refused: string | null;
}

/** Where the receiver's address says that it belongs. */
export interface AlertmanagerPlace {
  project: string;
  environment: string;
  trigger: string;
  service?: string;
}

/**
 * What an Alertmanager sends, as reports of a trigger: one for each service that its firing alerts name. A message that is
 * sent again is the same reports, also in other words: annotations follow a value that changes. Where nothing takes a
 * report, or one cannot be taken, that is said and not an error: most alerts fire while nothing is in flight, an
 * Alertmanager does not send again what was answered with 4xx, and the other services' alerts are heard all the same.
 * Throws NotFound, Forbidden, and InvalidInput for what is no message of an Alertmanager.
 */
export async function fireByAlertmanager(
  context: CommandContext,
  principal: Principal,
  place: AlertmanagerPlace,
  raw: unknown,
): Promise<Heard[]> {
  const { project, environment } = place;
  mustBeAbleTo(principal, "fireTrigger", { project, environment });
  const { alerts } = parseInput(alertmanagerMessage, raw);
  const heard: Heard[] = [];
  for (const [service, own] of byService(alerts, place.service)) {
    if (service !== null && place.service === undefined && !(await isKnown(context, project, service))) {
      heard.push({ service, promotions: [], refused: `${project} has no service ${service}` });
      continue;
    }
    const current = own.filter(({ startsAt }) => !liesAhead(startsAt, context.now()));
    heard.push(await hear(context, principal, { ...place, service }, current.length > 0 ? current : own));
  }
  return heard;
}

async function hear(
  context: CommandContext,
  principal: Principal,
  { project, environment, trigger, service }: Omit<AlertmanagerPlace, "service"> & { service: string | null },
  alerts: readonly Alert[],
): Promise<Heard> {
  const where = { project, environment, trigger, ...(service === null ? {} : { service }) };
  const report = { ...where, ...reportOf(alerts, [environment, trigger, service]) };
  try {
    const fired = await fireTrigger(context, principal, report, { wordsMayChange: true });
    if (fired.kind === "rejection") return { service, promotions: [], refused: fired.message };
    return { service, promotions: fired.promotions, refused: null };
  } catch (error) {
    if (!(error instanceof Conflict || error instanceof InvalidInput)) throw error;
    return { service, promotions: [], refused: error.message };
  }
}

function byService(alerts: readonly Alert[], fixed: string | undefined): Map<string | null, Alert[]> {
  const groups = new Map<string | null, Alert[]>();
  for (const alert of alerts) {
    if (alert.status !== "firing") continue;
    const service = fixed ?? (alert.labels.service || null);
    groups.set(service, [...(groups.get(service) ?? []), alert]);
  }
  return groups;
}

async function isKnown({ pool }: CommandContext, project: string, service: string): Promise<boolean> {
  const found = await pool.query(sql`select from service where project = ${project} and name = ${service}`);
  return found.length > 0;
}

/**
 * The newest alert says when: an older one of the same group fired before whatever is in flight. The place is part of the
 * id: the same alerts, sent by one token to two receivers, are two reports.
 */
function reportOf(
  alerts: readonly Alert[],
  place: readonly (string | null)[],
): { id: string; happenedAt: string; words: string } {
  const ids = alerts.map(({ fingerprint, labels, startsAt }) => {
    return `${fingerprint ?? JSON.stringify(Object.entries(labels).sort())}@${startsAt}`;
  });
  const id = createHash("sha256")
    .update(JSON.stringify([place, ids.sort()]))
    .digest("hex");
  const moments = alerts.map(({ startsAt }) => new Date(startsAt).toISOString()).sort();
  return { id: `alertmanager:${id}`, happenedAt: moments.at(-1) ?? "", words: wordsOf(alerts) };
}

const wordsMax = 500;

function wordsOf(alerts: readonly Alert[]): string {
  const said = alerts.map(({ labels, annotations = {} }) => {
    const about = annotations.summary ?? annotations.description;
    return [labels.alertname ?? "an alert", about].filter(Boolean).join(": ");
  });
  const text = [...new Set(said)]
    .join("; ")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const whole = text.length < 3 ? `alert ${text}` : text;
  // A cut through a character of two halves leaves half of one.
  return whole.length > wordsMax ? `${whole.slice(0, wordsMax - 1).replace(/\p{Cs}$/u, "")}…` : whole;
}
