import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { applyDocumentsAction, checkConnectionAction } from "@/app/actions/documents";
import { announceReleaseAction } from "@/app/actions/releases";
import { createTokenAction, revokeTokenAction } from "@/app/actions/tokens";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { forgetCounts } from "@/lib/auth/rate-limit";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { composeEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { Unauthenticated } from "@/lib/pipeline/errors";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { ImageDescription } from "@/lib/ports/artifact-registry";
import { administrator, digestOf, personWith } from "@/lib/queries/testing/matrix-fixture";

const now = vi.hoisted(() => ({ engine: undefined as unknown, who: undefined as unknown }));
vi.mock("@/lib/auth/session", () => ({
  requirePrincipal: async () => {
    if (now.who === undefined) throw new Unauthenticated("no session");
    return now.who;
  },
}));
vi.mock("@/lib/engine/compose", async (original) => ({
  ...(await original<typeof import("@/lib/engine/compose")>()),
  getEngine: () => now.engine,
}));

/** Everybody who may come to an action; `nobody` is not signed in. */
const people = {
  nobody: undefined,
  outsider: personWith(["other", "administrator"]),
  viewer: personWith(["shop", "viewer"]),
  approver: personWith(["shop", "approver"]),
  releaseManager: personWith(["shop", "releaseManager"]),
  ofStaging: personWith(["shop", "releaseManager", ["staging"]]),
  administrator: personWith(["shop", "administrator"]),
  ofInstallation: administrator,
} satisfies Record<string, PersonPrincipal | undefined>;
type Who = keyof typeof people;

let test: TestDatabase;
let pool: Pool;
let version: number;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  const engine = { ...composeEngine(pool, worldOfOneRegistry()), log: () => undefined };
  now.engine = engine;
  await applyDocuments(engine, administrator, { text: connection() });
  await applyDocuments(engine, administrator, { text: project("fifo") });
});
afterAll(async () => {
  await pool.close();
  await test.close();
});
beforeEach(async () => {
  forgetCounts();
  const [row] = await pool.query<{ version: number }>(sql`select file_version as version from project`);
  version = row?.version ?? 0;
});

function worldOfOneRegistry(): Engine["world"] {
  const image = (digest: Digest): ImageDescription => ({
    ...{
      repository: "shop/web",
      digest,
      mediaType: "m",
      index: false,
      platforms: [],
      images: [],
      sizeBytes: 1,
      user: "",
    },
    ...{ labels: {}, healthcheck: false },
    ...{ created: undefined, revision: undefined, source: undefined, version: undefined },
  });
  const registry = {
    host: "registry.example.com",
    describe: async (_: string, digest: Digest) => image(digest),
    check: async () => undefined,
  };
  return { registry: async () => registry } as never;
}

function connection(): string {
  return `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: registry }
spec: { projects: [shop], registry: { url: "https://registry.example.com" } }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: cluster }
spec: { projects: [shop], kubernetes: { inCluster: true } }
`;
}

function project(queue: string, name = "shop"): string {
  return `apiVersion: waybill.dev/v1
kind: Project
metadata: { name: ${name} }
spec:
  environments: [{ name: staging, queue: ${queue} }, { name: production }]
  services:
    - name: web
      image: { connection: registry, repository: shop/web }
      targets: { staging: { kubernetes: { connection: cluster, namespace: ${name}, deployment: web, container: web } } }
`;
}

/** What an action answers to each: "ok", or the code of the refusal. */
async function answers(action: (who: Who, index: number) => Promise<{ ok: boolean; code?: string }>) {
  const told: Partial<Record<Who, string>> = {};
  for (const [index, who] of (Object.keys(people) as Who[]).entries()) {
    now.who = people[who];
    const outcome = await action(who, index);
    told[who] = outcome.ok ? "ok" : (outcome.code ?? "no code");
  }
  return told;
}

const nobodyButAdministrators = {
  nobody: "unauthenticated",
  outsider: "notAvailable",
  viewer: "notAvailable",
  approver: "notAvailable",
  releaseManager: "notAvailable",
  ofStaging: "notAvailable",
  administrator: "ok",
  ofInstallation: "ok",
};

describe("each action, called by everybody", () => {
  it("applies a project's file for its administrators", async () => {
    expect(await answers(() => applyDocumentsAction({ text: project("newest"), dryRun: true }))).toEqual(
      nobodyButAdministrators,
    );
    const queue = (index: number) => (index % 2 === 0 ? "newest" : "fifo");
    expect(await answers((_, index) => applyDocumentsAction({ text: project(queue(index)), dryRun: false }))).toEqual(
      nobodyButAdministrators,
    );
  });

  it("applies connections and new projects for administrators of the installation", async () => {
    const others = { ...nobodyButAdministrators, administrator: "notAvailable" };
    const changed = connection().replace("https://registry", "https://other");
    expect(await answers(() => applyDocumentsAction({ text: changed, dryRun: true }))).toEqual(others);
    const fresh = `${connection().replaceAll("[shop]", "[shop, second]")}---\n${project("fifo", "second")}`;
    expect(await answers(() => applyDocumentsAction({ text: fresh, dryRun: true }))).toEqual(others);
  });

  it("tells what is wrong in a text to whoever configures something", async () => {
    const told = await answers(() => applyDocumentsAction({ text: "kind: Nonsense", dryRun: true }));
    // Whoever administers another project may have a text checked: it says nothing about this one.
    expect(told).toEqual({ ...nobodyButAdministrators, outsider: "ok" });
  });

  it("tests a connection for administrators", async () => {
    expect(await answers(() => checkConnectionAction({ name: "registry" }))).toEqual(nobodyButAdministrators);
    vi.stubEnv("WAYBILL_ROLE", "web");
    expect(await checkConnectionAction({ name: "registry" })).toMatchObject({ ok: false, code: "notHere" });
    vi.unstubAllEnvs();
  });

  it("announces a release for who may in the project", async () => {
    const may = {
      nobody: "unauthenticated",
      outsider: "notAvailable",
      viewer: "notAvailable",
      approver: "notAvailable",
    };
    const told = await answers((_, index) =>
      announceReleaseAction({
        project: "shop",
        version: `v1.0.${index}`,
        artifacts: [{ service: "web", image: `shop/web@${digestOf(index + 1)}` }],
      }),
    );
    expect(told).toEqual({ ...may, releaseManager: "ok", ofStaging: "ok", administrator: "ok", ofInstallation: "ok" });
  });

  it("makes tokens that may no more than who makes them, and revokes them", async () => {
    const make = (role: string, environments: string[] | null) => {
      forgetCounts();
      return answers(() => createTokenAction({ project: "shop", label: "ci", role, environments, expiresInDays: 7 }));
    };
    expect(await make("releaseManager", null)).toEqual({ ...nobodyButAdministrators, releaseManager: "ok" });
    expect(await make("releaseManager", ["staging"])).toEqual({
      ...nobodyButAdministrators,
      releaseManager: "ok",
      ofStaging: "ok",
    });
    expect(await make("administrator", null)).toEqual(nobodyButAdministrators);
    now.who = people.ofInstallation;
    const made = await createTokenAction({ project: "shop", label: "x", role: "viewer", expiresInDays: 7 });
    expect(made).toMatchObject({ ok: true, token: { secret: expect.stringMatching(/^wb_/) } });
    await pool.execute(sql`update api_token set owner = 'somebody else'`);
    const id = made.ok ? made.token.id : "";
    expect(await answers(() => revokeTokenAction({ id }))).toEqual(nobodyButAdministrators);
  });
});

describe("what an action answers", () => {
  it("is what a text would change, or that another version was applied meanwhile", async () => {
    now.who = people.administrator;
    const [row] = await pool.query<{ queue: string }>(
      sql`select document->'environments'->0->>'queue' as queue from project`,
    );
    const text = project(row?.queue === "fifo" ? "newest" : "fifo");
    const preview = await applyDocumentsAction({ text, dryRun: true, basedOn: { shop: version } });
    expect(preview).toMatchObject({ ok: true, told: { kind: "preview", diffs: [{ status: "changed" }] } });
    const stale = await applyDocumentsAction({ text, dryRun: false, basedOn: { shop: version - 1 } });
    expect(stale).toMatchObject({ ok: false, code: "conflict" });
    const applied = await applyDocumentsAction({ text, dryRun: false, basedOn: { shop: version } });
    expect(applied).toMatchObject({ ok: true, told: { kind: "applied" }, message: "The file is applied" });
  });

  it("is where and why a text is wrong", async () => {
    now.who = people.administrator;
    expect(await applyDocumentsAction({ text: project("sideways"), dryRun: true })).toMatchObject({
      told: { kind: "invalid", errors: [{ path: "spec.environments[0].queue", line: 5, value: '"sideways"' }] },
    });
  });

  it("names the fields of an input that cannot be meant", async () => {
    now.who = people.administrator;
    const wrong = await createTokenAction({ project: "shop", label: " ", role: "king", expiresInDays: 0 });
    expect(wrong).toMatchObject({ ok: false, code: "invalidInput" });
    expect(wrong.ok ? [] : wrong.issues?.map((issue) => issue.path)).toEqual(["label", "role", "expiresInDays"]);
    const moving = await announceReleaseAction({
      project: "shop",
      artifacts: [{ service: "web", image: "shop/web:latest" }],
    });
    expect(moving).toMatchObject({ ok: false, message: expect.stringContaining("latest") });
  });
});
