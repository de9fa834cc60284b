import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { loadPerson } from "@/lib/auth/people";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { storePerson, storeProject } from "@/lib/auth/testing";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { NotFound } from "@/lib/pipeline/errors";
import type { Channel } from "@/lib/pipeline/policy/notify";
import { loadNotificationsView } from "@/lib/queries/notifications";

let database: TestDatabase;
let pool: Pool;
let chief: PersonPrincipal;
let viewer: PersonPrincipal;
let stranger: PersonPrincipal;
const now = "2026-03-01T10:00:00.000Z";
const mail: Channel = { kind: "email", connection: "mail", to: ["ana@example.com"] };

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  await storeProject(pool, {
    name: "shop",
    people: [
      { kind: "person", email: "chief@example.org", role: "administrator" },
      { kind: "group", group: "staff", role: "viewer" },
    ],
  });
  const person = async (over: Parameters<typeof storePerson>[1]) => {
    const found = await loadPerson(pool, await storePerson(pool, over));
    if (!found) throw new Error("nobody");
    return found;
  };
  chief = await person({ email: "chief@example.org" });
  viewer = await person({ groups: ["staff"] });
  stranger = await person({ groups: ["others"] });
  await pool.execute(
    sql`insert into subscription (project, position, key, events, environments, channel)
        values ('shop', 0, 'email mail ana@example.com', ${["promotion.failed"]}, ${["production"]}, ${json(mail)}::jsonb)`,
  );
});
afterAll(async () => {
  await pool.close();
  await database.close();
});
beforeEach(async () => {
  await pool.execute(sql`delete from notification`);
});

async function add(status: string, more: { attempts?: number; dueIn?: string; key?: string } = {}): Promise<void> {
  const { attempts = 1, dueIn = "0 s", key = "email mail ana@example.com" } = more;
  await pool.execute(
    sql`insert into notification (project, channel, event, promotion, status, attempts, due_at, said, ended_at)
        values ('shop', ${key}, 'promotion.failed', 'shop-1', ${status}, ${attempts}, now() + ${dueIn}::interval,
                'answered 550 no such user', case when ${status} = 'due' then null else now() end)`,
  );
}
const view = (who: PersonPrincipal) => loadNotificationsView(pool, who, "shop", now);

it("what was given up stands apart, with what the other side said", async () => {
  await add("dead", { attempts: 8 });
  await add("delivered");
  await add("due", { attempts: 2, dueIn: "1 hour" });
  await add("dropped", { key: "teams env:GONE" });
  const shown = await view(chief);
  expect(shown.dead).toMatchObject([{ status: "dead", attempts: 8, said: "answered 550 no such user" }]);
  expect(shown.recent.map((one) => one.status).sort()).toEqual(["delivered", "dropped", "waiting"]);
  expect(shown.recent.find((one) => one.status === "dropped")?.place).toEqual({ what: "Teams", detail: "env:GONE" });
  expect(shown.subscriptions).toMatchObject([
    {
      events: ["promotion.failed"],
      environments: ["production"],
      place: { what: "e-mail", detail: "ana@example.com" },
    },
  ]);
});

it("a reminder that is not due yet is not shown as on its way", async () => {
  await add("due", { attempts: 0, dueIn: "4 hours" });
  expect((await view(chief)).recent).toEqual([]);
});

it("whoever only views learns no address and nothing that the other side said", async () => {
  await add("dead");
  await add("delivered");
  const text = JSON.stringify(await view(viewer));
  expect(text).not.toContain("no such user");
  expect(text).not.toContain("ana@example.com");
  expect(text).not.toMatch(/"detail":"/);
  expect(JSON.parse(text)).toMatchObject({ mayConfigure: false, dead: [{ said: null }] });
  await expect(view(stranger)).rejects.toThrow(NotFound);
});
