import type { Pool } from "@/lib/db/pool";
import { type Queryable, sql } from "@/lib/db/sql";
import { exportLedger } from "@/lib/ledger/export";
import { firstDifference } from "@/lib/ledger/first-difference";
import { type EntryRow, entryFromRow, type LedgerEntry } from "@/lib/ledger/ledger-entry";
import { entryColumns, loadHead } from "@/lib/ledger/load";
import {
  applyToStanding,
  nothingStanding,
  placeKey,
  STANDING_KINDS,
  type Standing,
  wholeProject,
} from "@/lib/ledger/replay-standing";
import { verifyLines } from "@/lib/ledger/verify";
import { instanceChain } from "@/lib/pipeline/instance-chain";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** Something that is stored otherwise than the ledger's entries make it. */
export interface Difference {
  what:
    | "chain"
    | "promotion"
    | "hold"
    | "block"
    | "automationHold"
    | "pin"
    | "revocation"
    | "reverification"
    | "check"
    | "wantedDigest"
    | "verifiedDigest"
    | "verification";
  /** Which one: a promotion's id, a place. */
  subject: string;
  /** In words: what is stored, what the entries give. */
  message: string;
}

export interface ReplayResult {
  project: string;
  entries: number;
  promotions: number;
  /** Empty: the stored state is what the ledger says. */
  differences: Difference[];
}

const PROMOTIONS_A_PAGE = 100;
const ENTRIES_A_PAGE = 2_000;

/**
 * Verifies a project's chain, builds its state again from the entries alone, and compares it with what is stored; in one
 * snapshot, so that work under way does not matter. Changes nothing.
 */
export async function replayProject(pool: Pool, project: string): Promise<ReplayResult> {
  return await pool.transaction(
    async (tx) => {
      const head = await loadHead(tx, project);
      const differences = [...(await checkChain(tx, project, head)), ...(await checkStrangers(tx, project))];
      let promotions = 0;
      for await (const page of promotionPages(tx, project)) {
        promotions += page.length;
        differences.push(...(await checkPromotions(tx, project, page)));
      }
      differences.push(...(await checkStanding(tx, project)));
      return { project, entries: head.seq, promotions, differences };
    },
    { snapshot: true },
  );
}

async function checkChain(tx: Queryable, project: string, head: { seq: number; hash: string }): Promise<Difference[]> {
  const verified = await verifyLines(exportLedger(tx, project), { project, head });
  if (verified.kind === "broken") {
    if (verified.fault === "empty" && head.seq === 0) return [];
    return [{ what: "chain", subject: project, message: verified.message }];
  }
  if (verified.head.seq === head.seq) return [];
  const message = `the chain goes on to entry ${verified.head.seq}, but its head says ${head.seq}`;
  return [{ what: "chain", subject: project, message }];
}

interface StoredPromotion {
  id: string;
  number: number;
  phase: string;
  planHash: string;
  state: PromotionState;
}

async function* promotionPages(tx: Queryable, project: string): AsyncGenerator<StoredPromotion[]> {
  let after = 0;
  for (;;) {
    const page = await tx.query<StoredPromotion>(
      sql`select id, number, phase, plan_hash as "planHash", state from promotion
           where project = ${project} and number > ${after} order by number limit ${PROMOTIONS_A_PAGE}`,
    );
    const last = page[page.length - 1];
    if (last === undefined) return;
    yield page;
    after = last.number;
  }
}

async function checkPromotions(tx: Queryable, project: string, stored: StoredPromotion[]): Promise<Difference[]> {
  const rows = await tx.query<EntryRow>(
    sql`select ${entryColumns} from ledger_entry
         where project = ${project} and promotion = any(${stored.map((one) => one.id)}) order by seq`,
  );
  const states = new Map<string, PromotionState | undefined>();
  const broken = new Map<string, string>();
  for (const entry of rows.map(entryFromRow)) {
    const id = entry.subject.promotion ?? "";
    if (broken.has(id)) continue;
    try {
      states.set(id, evolve(states.get(id), entry));
    } catch (error) {
      broken.set(id, `entry ${entry.seq}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return stored.flatMap((one) => {
    const message = broken.get(one.id) ?? comparePromotion(one, states.get(one.id));
    return message === undefined ? [] : [{ what: "promotion" as const, subject: one.id, message }];
  });
}

function comparePromotion(stored: StoredPromotion, replayed: PromotionState | undefined): string | undefined {
  if (replayed === undefined) return "it is stored, but no entry requested it";
  const path = firstDifference(stored.state, JSON.parse(JSON.stringify(replayed)));
  if (path !== undefined) return `the stored state differs from the entries at ${path === "" ? "its root" : path}`;
  if (stored.phase !== replayed.phase)
    return `the phase is stored as ${stored.phase}, the entries say ${replayed.phase}`;
  if (stored.planHash !== replayed.planHash) return "the plan's hash is stored otherwise than the entries say";
  return undefined;
}

/** Promotions that the ledger names and that are not stored. */
async function checkStrangers(tx: Queryable, project: string): Promise<Difference[]> {
  const rows = await tx.query<{ id: string }>(
    sql`select distinct data ->> 'id' as id from ledger_entry e
         where project = ${project} and kind = 'promotion.requested'
           and not exists (select from promotion p where p.id = e.data ->> 'id' and p.project = e.project)`,
  );
  return rows.map(({ id }) => ({
    what: "promotion",
    subject: id,
    message: "an entry requested it, but it is not stored",
  }));
}

async function checkStanding(tx: Queryable, project: string): Promise<Difference[]> {
  const standing = nothingStanding();
  for await (const entry of standingEntries(tx, project)) applyToStanding(standing, entry);
  const stored = await loadStanding(tx, project);
  return [
    ...compareMaps("hold", stored.holds, standing.holds),
    ...compareMaps("block", stored.blocks, standing.blocks),
    ...compareMaps("automationHold", stored.automation, standing.automation),
    ...compareMaps("pin", stored.pins, standing.pins),
    ...compareMaps("reverification", stored.reverifications, standing.reverifications),
    ...compareMaps("revocation", stored.revocations, standing.revocations),
    ...compareMaps("check", stored.checks, standing.checks),
    ...compareMaps("wantedDigest", stored.wanted, onlyPlacesOf(stored.places, standing.wanted)),
    ...compareMaps("verifiedDigest", stored.verified, onlyPlacesOf(stored.places, standing.verified)),
    ...compareMaps("verification", stored.verifications, standing.verifications),
  ];
}

async function* standingEntries(tx: Queryable, project: string): AsyncGenerator<LedgerEntry> {
  let after = 0;
  for (;;) {
    const rows = await tx.query<EntryRow>(
      sql`select ${entryColumns} from ledger_entry
           where project = ${project} and seq > ${after} and kind = any(${STANDING_KINDS})
           order by seq limit ${ENTRIES_A_PAGE}`,
    );
    yield* rows.map(entryFromRow);
    const last = rows[rows.length - 1];
    if (last === undefined || rows.length < ENTRIES_A_PAGE) return;
    after = last.seq;
  }
}

/** As the tables have it; `places` are the services and environments of which a deployment is kept. */
async function loadStanding(
  tx: Queryable,
  project: string,
): Promise<Omit<Standing, "ordered"> & { places: Set<string> }> {
  const holds = await tx.query<{ id: string; environment: string | null }>(
    sql`select id, environment from hold where project = ${project} and lifted_at is null`,
  );
  const blocks = await tx.query<{ id: string; service: string; environment: string; digest: string }>(
    sql`select id, service, environment, digest from block where project = ${project} and lifted_at is null`,
  );
  const automation = await tx.query<{ id: string; service: string; environment: string }>(
    sql`select id, service, environment from automation_hold where project = ${project} and lifted_at is null`,
  );
  const pins = await tx.query<{ id: string; service: string; environment: string; digest: string }>(
    sql`select id, service, environment, digest from pin where project = ${project} and lifted_at is null`,
  );
  const revocations = await tx.query<{ id: string; person: string }>(
    sql`select id, person from revocation where restored_at is null and ${project} = ${instanceChain}`,
  );
  const reverifications = await tx.query<{ id: string; status: string }>(
    sql`select id, status from reverification where project = ${project}`,
  );
  const checks = await tx.query<Record<"id" | "environment" | "digest" | "name", string>>(
    sql`select id, environment, digest, name from check_report where project = ${project}`,
  );
  const deployments = await tx.query<
    Record<"service" | "environment", string> & Record<"wanted" | "verified", string | null>
  >(
    sql`select service, environment, wanted_digest as wanted, verified_digest as verified from deployment
         where project = ${project}`,
  );
  const verifications = await tx.query<Record<"service" | "environment" | "promotion" | "digest", string>>(
    sql`select service, environment, promotion, digest from verification where project = ${project}`,
  );
  const ofDeployments = (field: "wanted" | "verified") =>
    new Map(
      deployments.flatMap((row) => (row[field] === null ? [] : [[placeKey(row.service, row.environment), row[field]]])),
    );
  return {
    holds: new Map(holds.map((row) => [row.environment ?? wholeProject, row.id])),
    blocks: new Map(blocks.map((row) => [placeKey(row.service, row.environment, row.digest), row.id])),
    automation: new Map(automation.map((row) => [placeKey(row.service, row.environment), row.id])),
    pins: new Map(pins.map((row) => [placeKey(row.service, row.environment), placeKey(row.id, row.digest)])),
    revocations: new Map(revocations.map((row) => [row.person, row.id])),
    reverifications: new Map(reverifications.map((row) => [row.id, row.status])),
    checks: new Map(checks.map((row) => [placeKey(row.environment, row.digest, row.name), row.id])),
    wanted: ofDeployments("wanted"),
    verified: ofDeployments("verified"),
    verifications: new Map(
      verifications.map((row) => [placeKey(row.service, row.environment, row.promotion), row.digest]),
    ),
    places: new Set(deployments.map((row) => placeKey(row.service, row.environment))),
  };
}

/** A service that left the project file has no deployment any more; what the ledger says of it has nothing to agree with. */
function onlyPlacesOf(places: ReadonlySet<string>, map: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...map].filter(([place]) => places.has(place)));
}

function compareMaps(
  what: Difference["what"],
  stored: ReadonlyMap<string, string>,
  replayed: ReadonlyMap<string, string>,
): Difference[] {
  return [...new Set([...stored.keys(), ...replayed.keys()])].flatMap((subject) => {
    const [is, should] = [stored.get(subject), replayed.get(subject)];
    if (is === should) return [];
    return [{ what, subject, message: `stored is ${is ?? "nothing"}, the entries say ${should ?? "nothing"}` }];
  });
}
