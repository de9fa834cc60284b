import type { LedgerEntry } from "@/lib/ledger/ledger-entry";

/** What stands at the end of a chain, beside the promotions. Keys are made by `placeKey`. */
export interface Standing {
  /** Environment, or what `wholeProject` says → the hold's id. */
  holds: Map<string, string>;
  /** Service, environment and digest → the block's id. */
  blocks: Map<string, string>;
  /** Service and environment → the id of what holds its automation. */
  automation: Map<string, string>;
  /** Service and environment → the pin's id and digest. */
  pins: Map<string, string>;
  /** Person → the id of what revoked their access; in the chain of the installation. */
  revocations: Map<string, string>;
  /** What was verified again, by its id → how that ended; due until then. */
  reverifications: Map<string, string>;
  /** Environment, digest and name → the id of the check's latest report. */
  checks: Map<string, string>;
  /** Service, environment and promotion → the digest that was ordered, which its target may not have taken. */
  ordered: Map<string, string>;
  /** Service and environment → the digest that should run. */
  wanted: Map<string, string>;
  /** Service and environment → the digest verified there last. */
  verified: Map<string, string>;
  /** Service, environment and promotion → the digest it verified there. */
  verifications: Map<string, string>;
}

/** The entries that change what stands; others need not be read. */
export const STANDING_KINDS = [
  "environment.held",
  "environment.released",
  "project.held",
  "project.released",
  "digest.blocked",
  "digest.unblocked",
  "automation.held",
  "automation.resumed",
  "digest.pinned",
  "digest.unpinned",
  "check.reported",
  "rollout.requested",
  "rollout.accepted",
  "revert.requested",
  "deployment.found",
  "drift.adopted",
  "promotion.succeeded",
  "reverification.requested",
  "reverification.passed",
  "reverification.failed",
  "reverification.errored",
  "person.revoked",
  "person.restored",
] as const satisfies readonly LedgerEntry["kind"][];

/** What stands before the first entry. */
export function nothingStanding(): Standing {
  return {
    holds: new Map(),
    blocks: new Map(),
    automation: new Map(),
    pins: new Map(),
    revocations: new Map(),
    reverifications: new Map(),
    checks: new Map(),
    ordered: new Map(),
    wanted: new Map(),
    verified: new Map(),
    verifications: new Map(),
  };
}

/** Where a hold of the whole project stands; no environment is called so. */
export const wholeProject = "every environment";

/** One text for a place, fit to be shown: names hold no spaces. */
export function placeKey(...names: readonly string[]): string {
  return names.join(" ");
}

/** Moves `standing` on by an entry, in place. What stands already keeps its first id, as in the tables. */
export function applyToStanding(standing: Standing, entry: LedgerEntry): void {
  const environment = entry.subject.environment ?? "";
  switch (entry.kind) {
    case "environment.held":
      if (!standing.holds.has(environment)) standing.holds.set(environment, entry.data.id);
      break;
    case "project.held":
      if (!standing.holds.has(wholeProject)) standing.holds.set(wholeProject, entry.data.id);
      break;
    case "environment.released":
    case "project.released":
      deleteValue(standing.holds, entry.data.id);
      break;
    case "digest.blocked": {
      const key = placeKey(entry.data.service, environment, entry.data.digest);
      if (!standing.blocks.has(key)) standing.blocks.set(key, entry.data.id);
      break;
    }
    case "digest.unblocked":
      deleteValue(standing.blocks, entry.data.id);
      break;
    case "automation.held":
      standing.automation.set(placeKey(entry.data.service, environment), entry.data.id);
      break;
    case "automation.resumed":
      deleteValue(standing.automation, entry.data.id);
      break;
    case "digest.pinned":
      standing.pins.set(placeKey(entry.data.service, environment), placeKey(entry.data.id, entry.data.digest));
      break;
    case "digest.unpinned":
      deleteValue(standing.pins, placeKey(entry.data.id, entry.data.digest));
      break;
    case "reverification.requested":
      standing.reverifications.set(entry.data.id, "due");
      break;
    case "reverification.passed":
    case "reverification.failed":
    case "reverification.errored":
      standing.reverifications.set(entry.data.id, entry.kind.slice("reverification.".length));
      break;
    case "person.revoked":
      standing.revocations.set(entry.data.person, entry.data.id);
      break;
    case "person.restored":
      deleteValue(standing.revocations, entry.data.id);
      break;
    case "check.reported":
      standing.checks.set(placeKey(environment, entry.data.digest, entry.data.name), entry.data.id);
      break;
    case "deployment.found":
      if (entry.data.digest !== null) standing.wanted.set(placeKey(entry.data.service, environment), entry.data.digest);
      break;
    case "rollout.requested":
      standing.ordered.set(orderKey(entry), entry.data.digest);
      break;
    case "rollout.accepted": {
      const digest = standing.ordered.get(orderKey(entry));
      if (digest !== undefined) standing.wanted.set(placeKey(entry.data.service, environment), digest);
      break;
    }
    case "revert.requested":
    case "drift.adopted":
      standing.wanted.set(placeKey(entry.data.service, environment), entry.data.digest);
      break;
    case "promotion.succeeded":
      for (const { service, digest } of entry.data.services) {
        standing.verified.set(placeKey(service, environment), digest);
        standing.verifications.set(placeKey(service, environment, entry.subject.promotion ?? ""), digest);
      }
      break;
    default:
      break;
  }
}

function orderKey({ data, subject }: LedgerEntry & { kind: "rollout.requested" | "rollout.accepted" }): string {
  return placeKey(data.service, subject.environment ?? "", subject.promotion ?? "");
}

function deleteValue(map: Map<string, string>, value: string): void {
  for (const [key, one] of map) if (one === value) map.delete(key);
}
