import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import type { WayBackFacts } from "@/lib/pipeline/plan/rollback-readiness";

/** What a way back leaves as it is is said from these. */
export interface StayingFacts extends Pick<WayBackFacts, "undone" | "config"> {
  /** Names of what the pods read beside their image; null where the target did not tell. */
  reads: { configMaps: string[]; secrets: string[]; volumeClaims: string[] } | null;
  /** The services that were moved together with what runs now, this one among them. */
  together: string[];
}

/** One thing that going back does not bring back. */
export interface Staying {
  id: "config" | "data" | "services" | "tags";
  text: string;
}

/**
 * What stays as it is where this service goes back: its configuration, its data, what moved with it, the registry's tags.
 * Each from what was seen and said; where nothing was, that is said.
 */
export function notRolledBack(plan: Plan, { service }: PlannedService, facts: StayingFacts): Staying[] {
  const lines: Staying[] = [
    { id: "config", text: configText(facts) },
    { id: "data", text: dataText(facts) },
  ];
  const others = facts.together.filter((one) => one !== service && !plan.services.some((each) => each.service === one));
  if (plan.kind === "rollback" && others.length > 0) {
    lines.push({
      id: "services",
      text: `${listed(others)}, which moved together with it, ${others.length === 1 ? "stays" : "stay"}`,
    });
  }
  // By itself it goes back before the environment's tag is moved.
  if (plan.kind === "rollback" && plan.tags.length === 0) {
    lines.push({ id: "tags", text: `Registry tags: ${plan.environment} has none that would be moved` });
  }
  return lines;
}

function configText({ reads, config }: StayingFacts): string {
  const template =
    config.verified !== null && config.present !== null && config.verified !== config.present
      ? "Configuration: it changed since, and the present one stays"
      : "Configuration: the present one stays";
  if (reads === null) return `${template}; what the pods read was not seen`;
  const named = [
    ...(reads.configMaps.length > 0
      ? [`the config map${reads.configMaps.length > 1 ? "s" : ""} ${listed(reads.configMaps)}`]
      : []),
    ...(reads.secrets.length > 0 ? [`the secret${reads.secrets.length > 1 ? "s" : ""} ${listed(reads.secrets)}`] : []),
  ];
  return named.length === 0
    ? `${template}; the pods read no config map and no secret`
    : `${template}, and what is in ${listed(named)}`;
}

function dataText({ undone, reads }: StayingFacts): string {
  const claims =
    reads && reads.volumeClaims.length > 0
      ? `, and what is in the volume${reads.volumeClaims.length > 1 ? "s" : ""} ${listed(reads.volumeClaims)}`
      : "";
  if (undone === null) return `Data: nobody said which migrations lie between${claims}`;
  const made = undone.filter(({ migration }) => migration === "reversible" || migration === "irreversible");
  const silent = undone.filter(({ migration }) => migration === null);
  if (made.length > 0) {
    const names = made.map(({ release, migration }) => `${release} (${migration})`);
    return `Data: no migration is undone: ${listed(names)}${claims}`;
  }
  if (silent.length > 0)
    return `Data: ${listed(silent.map((one) => one.release))} did not say whether it migrates${claims}`;
  return claims === "" ? "Data: no migration lies between" : `Data: no migration lies between${claims}`;
}

const namedMax = 4;

/** `a, b and c`; of many the first few, and how many more. */
function listed(names: readonly string[]): string {
  const shown =
    names.length > namedMax ? [...names.slice(0, namedMax - 1), `${names.length - namedMax + 1} more`] : [...names];
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}
