import type { Verdict } from "@/lib/pipeline/gates/gate";
import { isOpen, refuses } from "@/lib/pipeline/gates/gate";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { shortDigest } from "@/lib/pipeline/release/digest";
import type { MatrixCell, MatrixHealth, MatrixLeg, MatrixMark } from "@/lib/queries/matrix-view";

/** A cell as the statement answers it; what is null there is absent here. */
export interface StoredCell {
  environment: string;
  health: MatrixHealth;
  reason?: string;
  version?: string;
  digest?: string;
  /** Milliseconds since 1970. */
  since?: number;
  /** It was looked at, at least once. */
  seen: boolean;
  /** The connection that has not answered since. */
  trouble?: string;
  ready: number;
  desired: number;
  /** A signal that is above its limit: `errors above 5 %`. */
  bad?: string;
  drift?: { digest: string; wanted?: string };
  open?: StoredPromotion;
  next?: { release: string; version: string; blocked: boolean; ahead?: number };
}

interface StoredPromotion {
  id: string;
  phase: string;
  version: string;
  release: string;
  /** Verdicts of a waiting one, checks of a verifying one. */
  detail?: unknown;
  /** Ready pods that run the new digest already. */
  moved?: number;
  /** The share of the requests that its canary was seen with last, in percent. */
  weight?: number;
}

export interface CellPlace {
  project: string;
  service: string;
  /** Somebody looks: a worker is alive. */
  observing: boolean;
  held: boolean;
  /** The users are here. */
  last: boolean;
  mayPromote: boolean;
  /** A calendar closes the environment until then. */
  startsAt: string | undefined;
  /** The cell of the environment before; absent in the first one. */
  before?: StoredCell;
}

/** A cell as the matrix draws it. What was not seen, or not lately, is unknown: never healthy. */
export function cellView(cell: StoredCell, place: CellPlace): MatrixCell {
  const { health, reason } = healthOf(cell, place.observing);
  const notAllReady = cell.ready < cell.desired && cell.digest !== undefined;
  const mark = markOf(cell, place) ?? signalOf(cell, place, health) ?? remarkOf(cell, place, health);
  const leg = place.before && legOf(cell, place.before, place.held);
  const { next } = cell;
  const canPromote =
    next && !next.blocked && !place.held && place.mayPromote && cell.open?.release !== next.release
      ? { releaseId: next.release, version: next.version, ...(place.startsAt ? { startsAt: place.startsAt } : {}) }
      : undefined;
  return {
    environment: cell.environment,
    health,
    ...(cell.digest ? { digest: cell.digest, version: cell.version ?? "not announced" } : {}),
    // "Nothing yet" would be a claim.
    ...(cell.digest === undefined && health === "unknown" ? { version: "not known" } : {}),
    ...(cell.digest && cell.since !== undefined ? { since: new Date(cell.since).toISOString() } : {}),
    ...(notAllReady ? { ready: cell.ready, desired: cell.desired } : {}),
    ...(reason && health !== "healthy" ? { reason } : {}),
    ...(mark ? { mark } : {}),
    ...(leg ? { leg } : {}),
    ...(canPromote ? { canPromote } : {}),
  };
}

function healthOf(cell: StoredCell, observing: boolean): { health: MatrixHealth; reason?: string } {
  if (cell.trouble) return { health: "unknown", reason: `cannot be seen through ${cell.trouble}` };
  if (!cell.seen) return { health: "unknown", reason: "not looked at yet" };
  if (!observing) return { health: "unknown", reason: "nobody looks, no worker is alive" };
  return { health: cell.health, reason: cell.reason };
}

/** At most one: what is under way, else what is not as it should be, else what waits or is refused. */
function markOf(cell: StoredCell, { project, service }: CellPlace): MatrixMark | undefined {
  const { open, drift, next } = cell;
  if (open && open.phase !== "waiting" && open.phase !== "queued") return movingMark(open, cell);
  if (drift) {
    const wanted = drift.wanted?.startsWith("sha256:") ? shortDigest(drift.wanted) : drift.wanted;
    const isThere = drift.digest === `sha256:${cell.digest}`;
    const text = isThere ? `should run ${wanted}` : `is set to ${shortDigest(drift.digest)}`;
    return { kind: "drift", text, href: `/services/${project}/${service}` };
  }
  if (open) return waitingMark(open);
  if (next?.blocked)
    return { kind: "blocked", text: next.version, href: `/environments/${project}/${cell.environment}#blocks` };
  return undefined;
}

/** The cluster calls it well, and its numbers do not: that is said in words. Why pods are not well comes first. */
function signalOf(cell: StoredCell, { project, service }: CellPlace, health: MatrixHealth): MatrixMark | undefined {
  if (!cell.bad || health !== "healthy") return undefined;
  return { kind: "signal", text: cell.bad, href: `/services/${project}/${service}#signals-${cell.environment}` };
}

/** That something newer could come is said only where nothing else must be: why it is not well comes first. */
function remarkOf({ next }: StoredCell, { last }: CellPlace, health: MatrixHealth): MatrixMark | undefined {
  if (!next || (health !== "healthy" && health !== "nothing")) return undefined;
  // No leg leads to the first environment that could say so.
  if (next.ahead === undefined) return { kind: "behind", text: `${next.version} is announced` };
  return last && next.ahead > 0 ? { kind: "behind", text: `behind by ${next.ahead}` } : undefined;
}

function movingMark(open: StoredPromotion, { desired }: StoredCell): MatrixMark {
  const href = `/promotions/${open.id}`;
  switch (open.phase) {
    case "rollingOut": {
      // Once the requests are home what is left is the pods' end.
      if (open.weight !== undefined && open.weight > 0) {
        return { kind: "canary", text: `${open.weight} % to ${open.version}`, href, progress: open.weight / 100 };
      }
      if (open.moved === undefined || desired === 0) return { kind: "rollingOut", text: open.version, href };
      const text = `${open.moved} of ${desired} pods`;
      return { kind: "rollingOut", text, href, progress: Math.min(1, open.moved / desired) };
    }
    case "verifying": {
      const checks = (open.detail as CheckState[] | undefined) ?? [];
      const good = checks.filter((check) => check.status === "good" || check.status === "passed").length;
      if (checks.length === 0) return { kind: "verifying", text: open.version, href };
      return { kind: "verifying", text: `${good} of ${checks.length} checks`, href, progress: good / checks.length };
    }
    case "rollingBack":
      return { kind: "rollingBack", text: `from ${open.version}`, href };
    default:
      return { kind: "stuck", text: "needs a person", href };
  }
}

function waitingMark(open: StoredPromotion): MatrixMark {
  const href = `/promotions/${open.id}`;
  if (open.phase === "queued") return { kind: "queued", text: open.version, href };
  const verdict = decisiveVerdict(open);
  if (!verdict) return { kind: "waiting", text: open.version, href };
  if (refuses(verdict)) return { kind: "gate", text: verdict.summary, href };
  if (verdict.gate === "hold") return { kind: "held", text: open.version, href };
  if (verdict.status === "unknown") return { kind: "waiting", text: `${verdict.gate} is unknown`, href };
  const given = verdict.evidence.find((one) => one.name === "approvals");
  const text = given ? `approval ${given.value} of ${given.threshold}` : `${verdict.gate} ${verdict.demand}`;
  return { kind: "waiting", text, href };
}

/** What stops it first: a no, then a hold, then a person's signature, then whatever else is not open. */
function decisiveVerdict(open: StoredPromotion): Verdict | undefined {
  const shut = ((open.detail as Verdict[] | undefined) ?? []).filter((verdict) => !isOpen(verdict));
  return (
    shut.find(refuses) ??
    shut.find((verdict) => verdict.gate === "hold") ??
    shut.find((verdict) => verdict.gate === "approval") ??
    shut[0]
  );
}

function legOf(cell: StoredCell, before: StoredCell, held: boolean): MatrixLeg | undefined {
  const { open, next } = cell;
  if (open) return { kind: openLeg(open) };
  if (next?.blocked) return { kind: "block" };
  if (next && held) return { kind: "held" };
  if (next?.ahead) return { kind: "ahead", count: next.ahead };
  if (!cell.digest) return { kind: "none" };
  return cell.digest === before.digest ? { kind: "same" } : undefined;
}

function openLeg(open: StoredPromotion): MatrixLeg["kind"] {
  if (open.phase === "waiting") {
    const { kind } = waitingMark(open);
    return kind === "gate" || kind === "held" ? kind : "wait";
  }
  return open.phase === "queued" || open.phase === "stuck" ? "wait" : "move";
}
