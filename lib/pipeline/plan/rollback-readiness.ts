import type { Migration } from "@/lib/pipeline/release/migration";

/** What is known of the way back of one service, apart from its registry. Times are ISO 8601, UTC. */
export interface WayBackFacts {
  /** When the digest to go back to was verified there last; null where it never was. */
  verifiedAt: string | null;
  /**
   * What the releases say that going back would undo, newest first; null where the digest to go back to, or the one to go
   * back from, was never announced here, so that nobody knows which these are.
   */
  undone: { release: string; migration: Migration | null }[] | null;
  /** How many there are; `undone` holds fifty at most. */
  undoneTotal: number;
  /** Hashes of the configuration it was verified with and of the one that stands; null where it was never seen. */
  config: { verified: string | null; present: string | null; seenAt: string | null };
}

/** What the registry answered of a digest: not yet, not at all, that it has it or has not. */
export type Kept = "asking" | "silent" | "there" | "gone";

export type LineState = "pass" | "remark" | "unknown" | "fail";

/** One condition of the way back, and why it stands so. */
export interface ReadinessLine {
  id: "verified" | "kept" | "migration" | "config";
  state: LineState;
  why: string;
}

/** `asking`: a system outside has not answered yet. Only `ready` is ever green. */
export type ReadinessLevel = "ready" | "remarks" | "notReady" | "unknown" | "asking";

/** Every condition of the way back of one service; `environment` is where it would go back. Pure. */
export function readinessLines(environment: string, facts: WayBackFacts, kept: Kept): ReadinessLine[] {
  return [verifiedLine(environment, facts), keptLine(kept), migrationLine(facts), configLine(environment, facts)];
}

/** What all lines come to: one that fails decides, then one that nobody can tell, then one that is remarked on. */
export function readinessLevel(lines: readonly ReadinessLine[], kept: readonly Kept[]): ReadinessLevel {
  const has = (state: LineState) => lines.some((line) => line.state === state);
  if (has("fail")) return "notReady";
  if (kept.includes("asking")) return "asking";
  if (has("unknown")) return "unknown";
  return has("remark") ? "remarks" : "ready";
}

function verifiedLine(environment: string, { verifiedAt }: WayBackFacts): ReadinessLine {
  return verifiedAt === null
    ? { id: "verified", state: "remark", why: "Never verified here: it is what ran before" }
    : { id: "verified", state: "pass", why: `Verified in ${environment}` };
}

function keptLine(kept: Kept): ReadinessLine {
  const lines: Record<Kept, Omit<ReadinessLine, "id">> = {
    asking: { state: "unknown", why: "The registry is being asked whether it still has it" },
    silent: { state: "unknown", why: "The registry did not tell whether it still has it" },
    there: { state: "pass", why: "In the registry, asked now" },
    gone: { state: "fail", why: "Not in the registry any more: no node could pull it" },
  };
  return { id: "kept", ...lines[kept] };
}

function migrationLine({ undone, undoneTotal }: WayBackFacts): ReadinessLine {
  const line = (state: LineState, why: string): ReadinessLine => ({ id: "migration", state, why });
  if (undone === null) return line("unknown", "What lies between was not announced here: its migrations are not known");
  const says = (migration: Migration | null) => undone.filter((one) => one.migration === migration);
  const names = (found: typeof undone) =>
    `${found[0]?.release}${found.length > 1 ? ` and ${found.length - 1} more` : ""}`;
  const [irreversible, silent, reversible] = [says("irreversible"), says(null), says("reversible")];
  if (irreversible.length > 0)
    return line("fail", `${names(irreversible)} ${irreversible.length > 1 ? "have" : "has"} an irreversible migration`);
  if (silent.length > 0)
    return line(
      "unknown",
      `${names(silent)} ${silent.length > 1 ? "say nothing of their" : "says nothing of its"} migrations`,
    );
  if (undoneTotal > undone.length) {
    return line("unknown", `${undoneTotal} releases lie between: only the newest ${undone.length} were read`);
  }
  if (reversible.length > 0) return line("pass", `The migration of ${names(reversible)} is marked reversible`);
  return line("pass", undone.length === 0 ? "No release lies between: no migration to undo" : "Marked: no migration");
}

function configLine(environment: string, { config }: WayBackFacts): ReadinessLine {
  const line = (state: LineState, why: string): ReadinessLine => ({ id: "config", state, why });
  if (config.verified === null) return line("unknown", "The configuration that it ran with was never recorded");
  if (config.present === null) return line("unknown", `The configuration of ${environment} was not seen`);
  return config.verified === config.present
    ? line("pass", "Configuration unchanged since it was verified")
    : line("remark", "The configuration changed since it was verified: it would run with the present one");
}
