import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "@/lib/db/connect";
import { listen } from "@/lib/db/listen";
import { createEmptyTestDatabase, type TestDatabase } from "@/lib/db/test-database";

let database: TestDatabase;

beforeAll(async () => {
  database = await createEmptyTestDatabase();
});

afterAll(() => database.close());

async function run(sql: string): Promise<void> {
  const client = await connect(database.superuserUrl);
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

test("hands on what is notified, connects again after a broken connection, and stops when closed", async () => {
  const events = new EventEmitter();
  const heard: string[] = [];
  const broken: unknown[] = [];
  const listener = await listen({
    url: database.ownerUrl,
    channel: "waybill test",
    retryMs: 5,
    onNotify: (payload) => {
      heard.push(payload);
      events.emit("notified");
    },
    onReconnect: () => events.emit("reconnected"),
    onError: (error) => broken.push(error),
  });

  const first = once(events, "notified");
  await run(`NOTIFY "waybill test", 'one'`);
  await first;
  expect(heard).toEqual(["one"]);

  const reconnected = once(events, "reconnected");
  // The server is shared: other tests listen in their own databases.
  await run(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'waybill listen' AND datname = current_database()`,
  );
  await reconnected;
  expect(broken.length).toBeGreaterThanOrEqual(1);

  const second = once(events, "notified");
  await run(`NOTIFY "waybill test", 'two'`);
  await second;
  await listener.close();
  await run(`NOTIFY "waybill test", 'three'`);
  expect(heard).toEqual(["one", "two"]);
});

test("fails at once where the first connection cannot be made", async () => {
  const url = database.ownerUrl.replace(database.name, "nowhere");
  await expect(listen({ url, channel: "c", onNotify: () => undefined })).rejects.toThrow(/does not exist/);
});
