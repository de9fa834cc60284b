import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { composeEngine } from "@/lib/engine/compose";
import { NotFound } from "@/lib/pipeline/errors";
import { type InstallationSettings, loadInstallation } from "@/lib/queries/installation";
import { loadPersonRights } from "@/lib/queries/person-rights";
import { loadConnectionsView, loadFileVersion, loadProjectFile } from "@/lib/queries/settings";
import { loadPeopleView, loadTokensView } from "@/lib/queries/settings-people";
import { administrator, minute, personWith } from "@/lib/queries/testing/matrix-fixture";

const viewer = personWith(["shop", "viewer"]);
const owner = personWith(["shop", "administrator"]);
const outsider = personWith(["other", "administrator"]);

let test: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  const engine = composeEngine(pool);
  for (const queue of ["fifo", "newest"]) {
    const applied = await applyDocuments(engine, administrator, { text: file(queue) });
    expect(applied.kind).toBe("applied");
  }
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

function file(queue: string): string {
  return `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: registry }
spec:
  projects: [shop]
  registry: { url: "https://registry.example.com", username: "env:SHOP_USER", password: "env:SHOP_PASSWORD" }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: cluster }
spec: { projects: [shop], kubernetes: { kubeconfig: "file:/etc/shop.kubeconfig", context: shop } }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: elsewhere }
spec: { projects: [other], prometheus: { url: "https://prometheus.example.com", token: "env:TOKEN" } }
---
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: shop, title: The Shop }
spec:
  people:
    - { group: release, role: releaseManager, environments: [staging] }
    - { email: ana@example.com, role: administrator }
  environments:
    - { name: staging, queue: ${queue} }
    - { name: production }
  services:
    - name: web
      image: { connection: registry, repository: shop/web }
      targets:
        staging: { kubernetes: { connection: cluster, namespace: shop, deployment: web, container: web } }
`;
}

const sign = (id: string, over: Partial<PersonPrincipal>) => {
  const { name = id, email = "", groups = [], administrator: admin = false } = over;
  return pool.execute(sql`insert into person (id, issuer, subject, email, name, groups, administrator, seen_at)
    values (${id}, 'i', ${id}, ${email}, ${name}, ${groups}, ${admin}, ${minute(3)})`);
};

describe("the project file", () => {
  it("is the text as it was applied, with its versions and what each changed", async () => {
    const view = await loadProjectFile(pool, viewer, "shop", minute(9));
    expect(view).toMatchObject({ title: "The Shop", version: 2, mayConfigure: false, mayAdminister: false });
    expect(view.text).toContain("queue: newest");
    expect(view.text).not.toContain("kind: Connection");
    expect(view.versions.map((one) => [one.version, one.appliedBy])).toEqual([
      [2, "Rita"],
      [1, "Rita"],
    ]);
    expect(view.versions[0]?.changes).toEqual([
      { path: "spec.environments[staging].queue", kind: "changed", before: "fifo", after: "newest" },
    ]);
    expect((await loadProjectFile(pool, owner, "shop", minute(9))).mayConfigure).toBe(true);
  });

  it("keeps the text of every version", async () => {
    expect((await loadFileVersion(pool, viewer, "shop", 1)).text).toContain("queue: fifo");
    await expect(loadFileVersion(pool, viewer, "shop", 3)).rejects.toBeInstanceOf(NotFound);
    await expect(loadFileVersion(pool, outsider, "shop", 1)).rejects.toBeInstanceOf(NotFound);
    await expect(loadProjectFile(pool, outsider, "shop", minute(9))).rejects.toBeInstanceOf(NotFound);
    await expect(loadProjectFile(pool, administrator, "nowhere", minute(9))).rejects.toBeInstanceOf(NotFound);
  });
});

describe("connections", () => {
  it("are shown where one may view a project that uses them; their references to whoever configures it", async () => {
    const seen = await loadConnectionsView(pool, viewer, minute(9));
    expect(seen.connections.map((one) => one.name)).toEqual(["cluster", "registry"]);
    expect(seen.connections.every((one) => one.references.length === 0 && one.text === null && !one.mayTest)).toBe(
      true,
    );
    const owned = await loadConnectionsView(pool, owner, minute(9));
    expect(owned.connections).toMatchObject([
      { name: "cluster", address: "by its kubeconfig, context shop", mayTest: true, text: null },
      { name: "registry", kind: "registry", address: "https://registry.example.com" },
    ]);
    expect(owned.connections[1]?.references).toEqual([
      { field: "username", reference: "env:SHOP_USER" },
      { field: "password", reference: "env:SHOP_PASSWORD" },
    ]);
    const all = await loadConnectionsView(pool, administrator, minute(9));
    expect(all.connections.map((one) => one.name)).toEqual(["cluster", "elsewhere", "registry"]);
    expect(all.connections[2]?.text).toContain("kind: Connection");
  });
});

describe("people", () => {
  it("are those who signed in and may view the project, with what they may do by the one function", async () => {
    await sign("rita", { groups: ["release"], email: "rita@example.com" });
    await sign("ana", { email: "ANA@example.com" });
    await sign("ada", { administrator: true });
    await sign("zoe", { groups: ["elsewhere"] });
    const view = await loadPeopleView(pool, owner, "shop", minute(9));
    expect(view.people.map((one) => [one.name, one.roles, one.administrator])).toEqual([
      ["ada", [], true],
      ["ana", [{ role: "administrator", environments: null }], false],
      ["rita", [{ role: "releaseManager", environments: ["staging"] }], false],
    ]);
    const rita = view.people[2]?.may ?? [];
    expect(rita.find((one) => one.action === "promote")).toEqual({ action: "promote", environments: ["staging"] });
    expect(rita.find((one) => one.action === "view")).toEqual({ action: "view", environments: null });
    expect(rita.some((one) => one.action === "approve" || one.action === "configure")).toBe(false);
    expect(view.rules.map((one) => one.line)).toEqual([1, 2]);
  });

  it("keep their addresses and groups for whoever configures the project", async () => {
    const view = await loadPeopleView(pool, viewer, "shop", minute(9));
    expect(view.people.every((one) => one.email === "" && one.groups.length === 0)).toBe(true);
    const group = { kind: "group", group: "release", role: "releaseManager", environments: ["staging"] };
    expect(view.rules.map((one) => one.rule)).toEqual([group]);
    await expect(loadPeopleView(pool, outsider, "shop", minute(9))).rejects.toBeInstanceOf(NotFound);
  });

  it("have a page each, with what gives them every right in the projects that the reader sees", async () => {
    const id = "rita";
    const view = await loadPersonRights(pool, viewer, id, minute(9));
    expect(view).toMatchObject({ name: "rita", email: "", groups: [], projects: [{ project: "shop" }] });
    const by = { kind: "group", group: "release", role: "releaseManager" };
    const promote = view.projects[0]?.rights.find((one) => one.actions.includes("promote"));
    expect(promote).toMatchObject({ environments: ["staging"], by: [by] });
    expect(await loadPersonRights(pool, owner, id, minute(9))).toMatchObject({ email: "rita@example.com" });
    for (const [who, whom] of [
      [outsider, id],
      [owner, "zoe"],
      [owner, "nobody"],
    ] as const) {
      await expect(loadPersonRights(pool, who, whom, minute(9))).rejects.toBeInstanceOf(NotFound);
    }
  });

  it("are listed with who revoked them and why for administrators of the installation alone", async () => {
    await sign("lea", { name: "Lea", email: "ana@example.com" });
    await pool.execute(sql`insert into revocation (id, person, reason, revoked_by, revoked_at)
      values ('r1', 'lea', 'left', '{"kind":"person","id":"i#ada","name":"Ada"}', ${minute(3)})`);
    const view = await loadPeopleView(pool, administrator, "shop", minute(9));
    expect(view.revoked).toMatchObject([{ id: "lea", name: "Lea", by: "Ada", reason: "left" }]);
    expect(view.people.some((one) => one.id === "lea")).toBe(false);
    expect(await loadPeopleView(pool, owner, "shop", minute(9))).toMatchObject({ revoked: [], mayAdminister: false });
    await expect(loadPersonRights(pool, owner, "lea", minute(9))).rejects.toBeInstanceOf(NotFound);
  });
});

describe("tokens", () => {
  it("are one's own, or all for whoever configures the project; those for every project an administrator's", async () => {
    await pool.execute(sql`insert into api_token (id, hash, label, project, role, environments, owner, created_at, expires_at) values
      ('t1', 'h1', 'mine', 'shop', 'viewer', '{}', ${viewer.id}, ${minute(1)}, ${minute(99)}),
      ('t2', 'h2', 'hers', 'shop', 'viewer', array['staging'], 'rita', ${minute(2)}, ${minute(99)}),
      ('t3', 'h3', 'all', '*', 'administrator', '{}', 'ada', ${minute(3)}, ${minute(99)})`);
    const own = { ...viewer, id: "someone" };
    expect((await loadTokensView(pool, own, "shop", minute(9))).tokens).toEqual([]);
    const mine = await loadTokensView(pool, viewer, "shop", minute(9));
    expect(mine).toMatchObject({ mayCreate: false, mayConfigure: false, environments: ["staging", "production"] });
    expect(mine.tokens.map((one) => one.label)).toEqual(["mine"]);
    const all = await loadTokensView(pool, { ...owner, id: "ana" }, "shop", minute(9));
    expect(all.tokens.map((one) => one.label)).toEqual(["hers", "mine"]);
    expect(JSON.stringify(all)).not.toContain("h2");
    await expect(loadTokensView(pool, owner, "*", minute(9))).rejects.toBeInstanceOf(NotFound);
    const every = await loadTokensView(pool, administrator, "*", minute(9));
    expect(every.tokens.map((one) => one.label)).toEqual(["all"]);
  });
});

describe("the installation", () => {
  const settings: InstallationSettings = {
    ...{ role: "all", demo: true, sandbox: true, signIn: "people of the demo" },
    ledgerNotSeparate: "the database's user may not create roles",
  };

  it("shows who works; host names and why roles are not separate only to administrators", async () => {
    await pool.execute(sql`insert into process_beat (id, role, started_at, beat_at, detail)
      values ('host:1:ab', 'worker', now(), now() - interval '2 seconds', '{"steps": 3}')`);
    const seen = await loadInstallation(pool, viewer, settings, minute(9));
    expect(seen.processes).toMatchObject([{ id: "worker 1", role: "worker", detail: { steps: 3 } }]);
    expect(seen.processes[0]?.beatAgeSeconds).toBeGreaterThanOrEqual(2);
    expect(seen.settings.ledgerNotSeparate).toBe("an administrator can see why");
    expect(seen.database.migration).toBeNull();
    const all = await loadInstallation(pool, administrator, settings, minute(9));
    expect(all).toMatchObject({ settings, processes: [{ id: "host:1:ab" }], work: { standing: "ok", due: 0 } });
    expect(all.database.migration).toMatch(/^\d{14}_/);
  });
});
