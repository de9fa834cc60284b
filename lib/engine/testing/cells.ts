import { sql } from "@/lib/db/sql";
import type { DemoWorld } from "@/lib/engine/testing/demo-world";
import type { LedgerEntry } from "@/lib/ledger/ledger-entry";

/** What is stored of a service in an environment. */
export interface StoredCell {
  wanted: string | null;
  wantedVersion: string | null;
  verified: string | null;
  observed: string | null;
  drift: string | null;
  health: string;
  generation: number;
}

export async function loadCell({ pool }: DemoWorld, service: string, environment: string): Promise<StoredCell> {
  const [row] = await pool.query<StoredCell>(
    sql`select wanted_digest as wanted, wanted_version as "wantedVersion", verified_digest as verified,
               observed_digest as observed, drift_digest as drift, health, generation
          from deployment where project = 'demo' and service = ${service} and environment = ${environment}`,
  );
  if (!row) throw new Error(`there is no ${service} in ${environment}`);
  return row;
}

/** Resolves when what is stored of a cell is as `accept` says; throws with what it is after `timeoutMs`. */
export async function untilCell(
  world: DemoWorld,
  service: string,
  environment: string,
  accept: (cell: StoredCell) => boolean,
  timeoutMs = 90_000,
): Promise<StoredCell> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const cell = await loadCell(world, service, environment);
    if (accept(cell)) return cell;
    if (performance.now() > end) throw new Error(`${service} in ${environment} is ${JSON.stringify(cell)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The kinds and data of the entries about a cell outside promotions, oldest first. */
export async function cellEntries(
  { pool }: DemoWorld,
  service: string,
  environment: string,
): Promise<Pick<LedgerEntry, "kind" | "data">[]> {
  return pool.query(
    sql`select kind, data from ledger_entry
         where project = 'demo' and service = ${service} and environment = ${environment} and promotion is null order by seq`,
  );
}

/** The digest that a deployment's spec asks for in the cluster at this moment. */
export async function specDigest(world: DemoWorld, service: string, environment: string) {
  const target = await world.engine.world.target("demo", "cluster");
  const seen = await target.observe({
    kind: "kubernetes",
    connection: "cluster",
    namespace: world.namespace(environment),
    workload: { kind: "deployment", name: service },
    container: service,
  });
  return seen.specDigest;
}
