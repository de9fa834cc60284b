import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPerson } from "@/lib/auth/people";
import type { PersonPrincipal, TokenPrincipal } from "@/lib/auth/principal";
import { storePerson, storeProject } from "@/lib/auth/testing";
import { type Announced, announceRelease } from "@/lib/commands/announce-release";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { Forbidden, InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { ExternalError } from "@/lib/ports/external-error";
import { buildImage, buildIndex, type ImageSpec } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

let world: DemoWorld;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

async function push(tag: string | undefined, spec: Partial<ImageSpec> = {}, service = "backend"): Promise<string> {
  const { registryUrl } = world.sandbox;
  const image = buildImage({ content: `${service} ${tag} ${JSON.stringify(spec)}`, ...spec });
  return pushImage(image, { registryUrl, repository: `demo-${service}`, tag });
}

const announce = (image: string, extra: object = {}, by: PersonPrincipal | TokenPrincipal = world.people.rita) =>
  announceRelease(world.engine, by, { project: "demo", artifacts: [{ service: "backend", image }], ...extra });

async function announced(image: string, extra: object = {}): Promise<Announced> {
  const answer = await announce(image, extra);
  if (answer.kind === "rejection") throw new Error(answer.message);
  return answer;
}

const headOf = () => world.pool.query(sql`select seq from ledger_head where project = 'demo'`);

describe("a tag that an image is announced by", () => {
  it("is resolved to its digest once: where it points later changes nothing", async () => {
    const before = await push("v1.2.3");
    const first = await announced("demo-backend:v1.2.3");
    expect(first).toMatchObject({ key: "backend@v1.2.3", created: true, artifacts: [{ digest: before }] });
    const after = await push("v1.2.3", { content: "moved by somebody" });
    expect(after).not.toBe(before);

    const input = { project: "demo", environment: "staging", release: first.key, idempotencyKey: "after-it-moved" };
    const asked = await requestPromotion(world.engine, world.people.rita, input);
    expect(asked.kind === "requested" && asked.state.plan.services[0]?.to.digest).toBe(before);
    expect(await announce("demo-backend:v1.2.3")).toMatchObject({ kind: "rejection", code: "releaseIsImmutable" });
    const [row] = await world.pool.query(sql`select digest from artifact where release = ${first.key}`);
    expect(row).toEqual({ digest: before });
  });

  const refused: [string, string][] = [
    ["demo-backend:latest", "mutableTag"],
    ["demo-backend:dev", "mutableTag"],
    ["demo-backend:LATEST", "mutableTag"],
    ["demo-backend:staging", "mutableTag"],
    ["demo-backend:prod", "mutableTag"],
    ["demo-backend:v1", "mutableTag"],
    ["demo-backend:v1.2", "mutableTag"],
    ["demo-backend:feature-x", "unknownTag"],
    ["demo-backend", "digestMissing"],
    ["demo-chat:v1.0.0", "otherRepository"],
    ["evil.example.com/demo-backend:v1.0.0", "otherRegistry"],
    ["https://127.0.0.1/demo-backend:v1.0.0", "malformedReference"],
    ["demo-backend@sha256:abc", "malformedReference"],
    ["demo-backend@sha512:aa", "malformedReference"],
    ["me:hunter2@demo-backend:v1.0.0", "malformedReference"],
  ];
  it.each(refused)("%s is refused: %s", async (image, code) => {
    const before = await headOf();
    const answer = await announce(image);
    expect(answer).toMatchObject({ kind: "rejection", code });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
    expect(await headOf()).toEqual(before);
  });

  it("beside a digest is not what counts, and one that moves is not even noted", async () => {
    const digest = await push(undefined, { version: "v3.0.0", revision: "0123456789abcdef" });
    const answer = await announced(`demo-backend:latest@${digest}`);
    expect(answer).toMatchObject({ key: "backend@v3.0.0", artifacts: [{ digest, revision: "0123456789abcdef" }] });
    const [entry] = await world.pool.query<{ data: object }>(
      sql`select data from ledger_entry where kind = 'release.announced' and release = ${answer.key}`,
    );
    expect(entry?.data).toMatchObject({ artifacts: [{ tag: null, digest }] });
  });
});

describe("a release", () => {
  it("announced again with the same digests is the same release, told once, even ten at a time", async () => {
    const digest = await push("v4.0.0");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => announced(`demo-backend@${digest}`, { version: "v4.0.0" })),
    );
    expect(answers.filter((one) => one.created)).toHaveLength(1);
    const told = await world.pool.query(
      sql`select seq from ledger_entry where kind = 'release.announced' and release = 'backend@v4.0.0'`,
    );
    expect(told).toHaveLength(1);
  });

  it("never changes: not by other bytes, not by one service more or less", async () => {
    const [one, two] = [await push(undefined, { content: "one" }), await push(undefined, { content: "two" })];
    const chat = await push(undefined, {}, "chat");
    const set = (...artifacts: object[]) =>
      announceRelease(world.engine, world.people.rita, { project: "demo", name: "set-1", artifacts });
    const backend = (digest: string) => ({ service: "backend", image: `demo-backend@${digest}` });
    const withChat = { service: "chat", image: `demo-chat@${chat}` };
    expect(await set(backend(one), withChat)).toMatchObject({ kind: "announced", key: "set-1", created: true });
    expect(await set(withChat, backend(one))).toMatchObject({ kind: "announced", created: false });
    for (const artifacts of [[backend(two), withChat], [backend(one)]]) {
      expect(await set(...artifacts)).toMatchObject({ kind: "rejection", code: "releaseIsImmutable" });
    }
    expect(await set(backend(one), backend(one))).toMatchObject({ code: "invalidArtifacts" });
    const nameless = { project: "demo", artifacts: [backend(one), withChat] };
    expect(await announceRelease(world.engine, world.people.rita, nameless)).toMatchObject({ code: "nameMissing" });
    const unknown = { project: "demo", artifacts: [{ service: "payments", image: "demo-payments:v1.0.0" }] };
    expect(await announceRelease(world.engine, world.people.rita, unknown)).toMatchObject({ code: "unknownService" });
  });

  it("says what it does to data by its image's label or its announcement, once and for all, and in the ledger", async () => {
    const label = (value: string) => ({ content: value, labels: { "dev.waybill.migration": value } });
    const silent = await push(undefined, { content: "says nothing" });
    const [labelled, odd] = [await push(undefined, label("irreversible")), await push(undefined, label("perhaps"))];
    const say = (version: string, digest: string, migration?: string) =>
      announceRelease(world.engine, world.people.rita, {
        project: "demo",
        version,
        artifacts: [{ service: "backend", image: `demo-backend@${digest}`, ...(migration ? { migration } : {}) }],
      });
    expect(await say("v5.0.0", silent)).toMatchObject({ artifacts: [{ migration: null }] });
    expect(await say("v5.0.1", silent, "reversible")).toMatchObject({ artifacts: [{ migration: "reversible" }] });
    expect(await say("v5.0.2", labelled)).toMatchObject({ artifacts: [{ migration: "irreversible" }] });
    expect(await say("v5.0.3", labelled, "none")).toMatchObject({ code: "invalidMigration" });
    expect(await say("v5.0.3", odd)).toMatchObject({
      code: "invalidMigration",
      message: expect.stringContaining("perhaps"),
    });
    await expect(say("v5.0.3", silent, "perhaps")).rejects.toThrow(InvalidInput);
    expect(await say("v5.0.1", silent)).toMatchObject({ kind: "announced", created: false });
    expect(await say("v5.0.1", silent, "none")).toMatchObject({ code: "releaseIsImmutable" });
    const entries = await world.pool.query<{ data: { artifacts: object[] } }>(
      sql`select data from ledger_entry where kind = 'release.announced' and data->>'version' like 'v5.0.%' order by seq`,
    );
    expect(entries.map(({ data }) => data.artifacts[0])).toMatchObject([
      expect.not.objectContaining({ migration: expect.anything() }),
      { migration: "reversible" },
      { migration: "irreversible" },
    ]);
  });

  it("of several platforms is known by its index, with the platforms that count as running it", async () => {
    const images = ["amd64", "arm64"].map((architecture) => buildImage({ content: "multi", architecture }));
    const { registryUrl } = world.sandbox;
    const digest = await pushImage(buildIndex(images), { registryUrl, repository: "demo-backend", tag: "v4.1.0" });
    const answer = await announced("demo-backend:v4.1.0");
    expect(answer.artifacts).toMatchObject([{ digest }]);
    const [row] = await world.pool.query<{ platforms: string[] }>(
      sql`select platforms from artifact where release = ${answer.key}`,
    );
    expect(row?.platforms.toSorted()).toEqual(images.map((image) => image.digest).sort());
  });

  it("of bytes that the registry does not have is an error of the registry, and leaves nothing", async () => {
    const before = await headOf();
    await expect(announce(`demo-backend@${digestOf("0")}`)).rejects.toThrow(ExternalError);
    await expect(announce("demo-backend:v99.0.0")).rejects.toMatchObject({ code: "notFound" });
    expect(await headOf()).toEqual(before);
    expect(await world.pool.query(sql`select 1 from release where key = 'backend@v99.0.0'`)).toEqual([]);
  });

  const malformed: [string, object][] = [
    ["artifacts", { artifacts: [] }],
    ["version", { version: "../../etc" }],
    ["name", { name: "x y" }],
    [
      "artifacts[0].buildUrl",
      { artifacts: [{ service: "backend", image: "a:v1.0.0", buildUrl: "javascript:alert(1)" }] },
    ],
    ["", { surprise: true }],
  ];
  it.each(malformed)("with a wrong %s names the field", async (path, extra) => {
    const error = await announce("demo-backend:v1.0.0", extra).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInput);
    expect((error as InvalidInput).issues.map((issue) => issue.path)).toContain(path);
  });
});

describe("who may announce", () => {
  it("is a release manager of the project, and not a viewer, an approver, or somebody of another project", async () => {
    const image = "demo-backend:v1.2.3";
    for (const name of ["vera", "arjun"] as const)
      await expect(announce(image, {}, world.people[name])).rejects.toThrow(Forbidden);
    await storeProject(world.pool, {
      name: "other",
      people: [{ kind: "group", group: "others", role: "releaseManager" }],
    });
    const id = await storePerson(world.pool, { groups: ["others"] });
    const other = await loadPerson(world.pool, id);
    if (!other) throw new Error("nobody");
    await expect(announce(image, {}, other)).rejects.toThrow(NotFound);
    await expect(announce(image, { project: "other" })).rejects.toThrow(NotFound);
    await expect(announce(image, { project: "nowhere" }, world.people.ada)).rejects.toThrow(NotFound);
  });

  it("is a token for this project that may, while its owner may", async () => {
    const token: TokenPrincipal = {
      kind: "token",
      id: "t1",
      name: "ci",
      project: "demo",
      role: "releaseManager",
      environments: null,
      expiresAt: "2999-01-01T00:00:00.000Z",
      owner: world.people.rita,
    };
    const digest = await push(undefined, { content: "by a token" });
    const image = `demo-backend@${digest}`;
    await expect(announce(image, {}, { ...token, role: "viewer" })).rejects.toThrow(Forbidden);
    await expect(announce(image, {}, { ...token, project: "other" })).rejects.toThrow(NotFound);
    await expect(announce(image, {}, { ...token, owner: world.people.vera })).rejects.toThrow(Forbidden);
    const made = await announce(image, { version: "v4.2.0" }, token);
    expect(made).toMatchObject({ kind: "announced", created: true });
    const [row] = await world.pool.query<{ by: object }>(
      sql`select announced_by as by from release where key = 'backend@v4.2.0'`,
    );
    expect(row?.by).toEqual({ kind: "token", id: "t1", name: "ci", owner: world.people.rita.id });
  });
});
