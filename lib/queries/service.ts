import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { NotFound } from "@/lib/pipeline/errors";
import type { TargetRefPlan } from "@/lib/pipeline/plan/target-plan";
import type { PromotionPhase } from "@/lib/pipeline/promotion/state";
import type { HealthWord } from "@/lib/pipeline/rollout/judge-health";
import { healthNow, healthReasonNow, joinTrouble } from "@/lib/queries/cell-sql";
import { holdOf } from "@/lib/queries/hold-sql";
import { instant } from "@/lib/queries/instant";
import { actorWords } from "@/lib/queries/people";
import { loadServiceReleases, type ServiceRelease } from "@/lib/queries/service-releases";

/** A digest with what people call it; times are ISO 8601, UTC. */
export interface NamedDigest {
  digest: string;
  version: string | null;
  release: string | null;
  since: string | null;
}

export interface PodView {
  name: string;
  digest: string | null;
  ready: boolean;
  restarts: number;
  phase: string;
  startedAt: string | null;
  current: boolean;
  trouble: string | null;
}

/** What is known of the image that runs in an environment; null fields were not said by the image. */
export interface ImageFacts {
  version: string | null;
  digest: string;
  revision: string | null;
  source: string | null;
  builtAt: string | null;
  sizeBytes: number;
  user: string | null;
  healthcheck: boolean | null;
  platforms: string[];
  labels: Record<string, string>;
}

/** A service in one environment. */
export interface ServicePlace {
  environment: string;
  protected: boolean;
  target: TargetRefPlan;
  wanted: (NamedDigest & { promotion: string | null }) | null;
  observed: (NamedDigest & { at: string; blocked: boolean }) | null;
  verified: NamedDigest | null;
  health: HealthWord;
  healthReason: string | null;
  healthSince: string | null;
  desired: number;
  ready: number;
  pods: PodView[];
  drift: { digest: string; since: string | null; version: string | null } | null;
  open: { promotion: string; phase: PromotionPhase; version: string | null } | null;
  hold: { reason: string; by: string; at: string } | null;
  /** Automation leaves it alone since somebody rolled it back. */
  automationHold: { reason: string; promotion: string | null; by: string; at: string } | null;
  /** It keeps this digest until somebody lifts the pin. */
  pin: { digest: string; version: string | null; reason: string; by: string; at: string } | null;
  /** When what should run was verified once more last, and what came of it. */
  verifiedAgain: { status: "due" | "passed" | "failed" | "errored"; said: string | null; at: string } | null;
  /** Of what runs there; null where nobody announced it. */
  image: ImageFacts | null;
  may: {
    promote: boolean;
    rollBack: boolean;
    pin: boolean;
    block: boolean;
    resume: boolean;
    adoptDrift: boolean;
    revertDrift: boolean;
  };
}

export interface ServiceView {
  asOf: string;
  project: string;
  name: string;
  repository: string;
  connection: string;
  /** Where its code is, for links. */
  source: string | null;
  places: ServicePlace[];
  releases: ServiceRelease[];
  /** There are older releases than are listed. */
  moreReleases: boolean;
  mayAnnounce: boolean;
}

/** A service, what it runs in each environment, and its newest releases. Throws NotFound. */
export async function loadService(
  db: Queryable,
  principal: Principal,
  { project, service }: { project: string; service: string },
  now: string,
): Promise<ServiceView> {
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const [[found], rows, releases] = await Promise.all([
    db.query<Pick<ServiceView, "repository" | "connection" | "source">>(
      sql`select repository, connection, source from service where project = ${project} and name = ${service}`,
    ),
    loadPlaces(db, project, service),
    loadServiceReleases(db, project, service),
  ]);
  if (!found) throw new NotFound(`service ${project}/${service}`);
  return {
    asOf: now,
    project,
    name: service,
    ...found,
    places: rows.map((row) => placeOf(principal, project, row)),
    ...releases,
    mayAnnounce: can(principal, "announce", { project }),
  };
}

/** A pod as the last observation left it; what a runtime did not tell is absent. */
interface SeenPod extends Pick<PodView, "name" | "ready" | "restarts" | "phase" | "current"> {
  digest?: string;
  startedAt?: string;
  trouble?: { reason: string; message: string };
}

interface PlaceRow extends Omit<ServicePlace, "pods" | "may" | "hold"> {
  hold: { reason: string; by: Actor; at: string } | null;
  seenPods: SeenPod[] | null;
}

function loadPlaces(db: Queryable, project: string, service: string): Promise<PlaceRow[]> {
  return db.query<PlaceRow>(
    sql`select e.name as environment, e.protected, d.target, ${healthNow} as health, ${healthReasonNow} as "healthReason",
               d.health_since as "healthSince", d.desired, d.ready, d.observation->'pods' as "seenPods",
               case when d.wanted_digest is not null then json_build_object(
                 'digest', d.wanted_digest, 'version', coalesce(d.wanted_version, ${versionOf(sql`d.wanted_digest`)}), 'release', d.wanted_release,
                 'since', ${instant(sql`d.wanted_since`)}, 'promotion', d.wanted_promotion) end as wanted,
               case when d.observed_digest is not null then json_build_object(
                 'digest', d.observed_digest, 'version', coalesce(d.observed_version, ${versionOf(sql`d.observed_digest`)}), 'release', d.observed_release,
                 'since', ${instant(sql`d.observed_since`)}, 'at', ${instant(sql`d.observed_at`)}, 'blocked', exists (
                   select from block b where b.project = d.project and b.service = d.service
                      and b.environment = d.environment and b.digest = d.observed_digest and b.lifted_at is null)) end as observed,
               case when d.verified_digest is not null then json_build_object(
                 'digest', d.verified_digest, 'version', d.verified_version, 'release', d.verified_release,
                 'since', ${instant(sql`d.verified_at`)}) end as verified,
               case when d.drift_digest is not null then json_build_object(
                 'digest', d.drift_digest, 'since', ${instant(sql`d.drift_since`)},
                 'version', ${versionOf(sql`d.drift_digest`)}) end as drift,
               case when d.open_promotion is not null then json_build_object(
                 'promotion', d.open_promotion, 'phase', d.open_phase, 'version', d.open_version) end as open,
               ${standingHold} as hold,
               (select json_build_object('reason', u.reason, 'promotion', u.promotion, 'by', u.held_by ->> 'name',
                         'at', ${instant(sql`u.held_at`)})
                  from automation_hold u where u.project = d.project and u.service = d.service
                   and u.environment = d.environment and u.lifted_at is null) as "automationHold",
               (select json_build_object('digest', n.digest, 'version', ${versionOf(sql`n.digest`)}, 'reason', n.reason,
                         'by', n.pinned_by ->> 'name', 'at', ${instant(sql`n.pinned_at`)})
                  from pin n where n.project = d.project and n.service = d.service and n.environment = d.environment
                   and n.lifted_at is null) as pin,
               (select json_build_object('status', r.status, 'said', r.said,
                         'at', ${instant(sql`coalesce(r.ended_at, r.requested_at)`)})
                  from reverification r where r.project = d.project and r.service = d.service
                   and r.environment = d.environment and r.digest = d.wanted_digest
                 order by r.requested_at desc limit 1) as "verifiedAgain",
               (select json_build_object(
                         'version', coalesce(a.version, a.release), 'digest', a.digest, 'revision', a.revision,
                         'source', a.source, 'builtAt', ${instant(sql`a.built_at`)}, 'sizeBytes', a.size_bytes,
                         'user', a.image->>'user', 'healthcheck', (a.image->>'healthcheck')::boolean,
                         'platforms', a.platforms, 'labels', coalesce(a.image->'labels', '{}'))
                  from artifact a
                 where a.project = d.project and a.service = d.service
                   and a.digest = coalesce(d.observed_digest, d.wanted_digest)
                 order by a.announced_at desc limit 1) as image
          from deployment d join environment e on e.project = d.project and e.name = d.environment ${joinTrouble}
         where d.project = ${project} and d.service = ${service}
         order by e.position`,
  );
}

/** What a digest was announced as; also where it was seen before it was announced. */
function versionOf(digest: Sql): Sql {
  return sql`(select coalesce(b.version, b.release) from artifact b where b.project = d.project
                 and b.service = d.service and b.digest = ${digest} order by b.announced_at desc limit 1)`;
}

const standingHold = holdOf(
  sql`json_build_object('reason', h.reason, 'by', h.held_by, 'at', ${instant(sql`h.held_at`)})`,
  ...([sql`e.project`, sql`e.name`] as const),
);

function placeOf(principal: Principal, project: string, { seenPods, hold, ...row }: PlaceRow): ServicePlace {
  const scope = { project, environment: row.environment };
  return {
    ...row,
    hold: hold && { ...hold, by: actorWords(hold.by) },
    pods: (seenPods ?? []).map((pod) => ({
      name: pod.name,
      digest: pod.digest ?? null,
      ready: pod.ready,
      restarts: pod.restarts,
      phase: pod.phase,
      startedAt: pod.startedAt ?? null,
      current: pod.current,
      trouble: pod.trouble ? `${pod.trouble.reason}: ${pod.trouble.message}` : null,
    })),
    may: {
      promote: can(principal, "promote", scope),
      rollBack: can(principal, "rollBack", scope),
      pin: can(principal, "pin", scope),
      block: can(principal, "block", scope),
      resume: can(principal, "release", scope),
      adoptDrift: can(principal, "adoptDrift", scope),
      revertDrift: can(principal, "revertDrift", scope),
    },
  };
}
