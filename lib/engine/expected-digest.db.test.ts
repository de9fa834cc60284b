import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import type { Engine } from "@/lib/engine/engine";
import { expectedDigest } from "@/lib/engine/expected-digest";
import { aService, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import type { ArtifactRegistry } from "@/lib/ports/artifact-registry";
import { ExternalError } from "@/lib/ports/external-error";
import type { World } from "@/lib/ports/world";

let database: TestDatabase;
let pool: Pool;
const [announced, unannounced, child] = [digestOf("a"), digestOf("b"), digestOf("1")];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  await pool.execute(
    sql`insert into release (project, key, version, announced_by, announced_at) values ('demo', 'r1', 'v1', '{}', now())`,
  );
  await pool.execute(
    sql`insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, image)
        values ('demo', 'r1', 'backend', 0, 'demo-backend', ${announced}, ${[child]}, 1, '{}')`,
  );
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

/** An engine whose registry answers as `resolve` does; every question is noted. */
function engineWith(resolve: () => ReturnType<ArtifactRegistry["resolve"]>) {
  const asked: unknown[] = [];
  const registry = {
    resolve: (repository: string, reference: object) => {
      asked.push([repository, reference]);
      return resolve();
    },
  };
  const world = { registry: async () => registry as unknown as ArtifactRegistry } as unknown as World;
  const engine: Engine = {
    ...{
      pool,
      world,
      publicUrl: "http://127.0.0.1:3000",
      owner: "test",
      leaseMs: 1_000,
      callMs: 1_000,
      log: () => undefined,
    },
    now: () => new Date().toISOString(),
  };
  return { engine, asked };
}

const index = {
  ...{ repository: "demo-backend", digest: unannounced, mediaType: "application/vnd.oci.image.index.v1+json" },
  ...{ index: true, platforms: [{ digest: child, os: "linux", architecture: "amd64" }] },
};

it("takes the platforms that were announced, without asking anybody", async () => {
  const { engine, asked } = engineWith(() => Promise.resolve(index));
  const expected = await expectedDigest(engine, "demo", aService("backend"), announced);
  expect(expected).toEqual({ digest: announced, platforms: [child] });
  expect(asked).toEqual([]);
});

it("asks the registry for those of a digest that ran before anybody announced it", async () => {
  const { engine, asked } = engineWith(() => Promise.resolve(index));
  const expected = await expectedDigest(engine, "demo", aService("backend"), unannounced);
  expect(expected).toEqual({ digest: unannounced, platforms: [child] });
  expect(asked).toEqual([["demo-backend", { digest: unannounced }]]);
});

it("counts only the digest itself where the registry does not answer", async () => {
  const away = new ExternalError({ system: "registry", code: "unavailable", message: "down", retryable: true });
  const { engine } = engineWith(() => Promise.reject(away));
  const expected = await expectedDigest(engine, "demo", aService("backend"), unannounced);
  expect(expected).toEqual({ digest: unannounced, platforms: [] });
});
