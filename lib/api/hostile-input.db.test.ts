import { createRequire } from "node:module";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Access } from "@/lib/api/testing/access/access";
import { pageAccess } from "@/lib/api/testing/access/pages";
import { actionAccess, apiAccess } from "@/lib/api/testing/access-table";
import { ofTheCaller, ourPage } from "@/lib/api/testing/caller-headers";
import { type Entrances, openEntrances, type Tampered } from "@/lib/api/testing/entrances";
import { forgetCounts } from "@/lib/auth/rate-limit";

// Everything in the table of who may, asked by somebody who may do everything, with what nobody sends in good faith.

vi.mock("next/headers", async () => (await import("@/lib/api/testing/caller-headers")).ofTheCaller);
Object.assign(createRequire(import.meta.url)("next/headers"), ofTheCaller);

let entrances: Entrances;
const routeAccess: Record<string, Access> = { ...apiAccess, ...pageAccess };
const routes = Object.entries(routeAccess);
const guarded = routes.filter(([, { may }]) => may.kind !== "open");
const writes = guarded.filter(([place]) => !place.startsWith("GET "));
const actions = Object.entries(actionAccess);
const bodyOf = (access: Access) => access.send(entrances.stage, "administrator").body;

beforeAll(async () => {
  entrances = await openEntrances();
});
beforeEach(forgetCounts);
afterAll(() => entrances?.close());

/** Copies of a value with one text in it replaced, each named after its place. */
function withEachText(value: unknown, bad: unknown, at = ""): [string, unknown][] {
  if (typeof value === "string") return [[at, bad]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    withEachText(inner, bad, `${at}.${key}`).map(([place, changed]): [string, unknown] => {
      if (!Array.isArray(value)) return [place, { ...value, [key]: changed }];
      return [place, value.map((one, index) => (String(index) === key ? changed : one))];
    }),
  );
}

async function nothingChanges(work: () => Promise<void>): Promise<void> {
  const before = await entrances.prints.take();
  await work();
  expect(await entrances.prints.take()).toEqual(before);
}

/** What reaches a database as a condition where a text belongs, and other things that are no text. */
const noTexts = [{ not: "" }, { contains: "" }, { set: "x" }, ["x"], 5, true];
/** Texts that nothing in Waybill is called, and that break what reads carelessly. */
const oddTexts = ["\u0000", "\ud800", "__proto__", "../../etc/passwd", "%E0%A4%A", "‮gnp", "x".repeat(60_000)];

describe("where a text belongs, what is none is refused and changes nothing", () => {
  it.each(writes)("%s", async (place, access) => {
    await nothingChanges(async () => {
      for (const bad of noTexts) {
        for (const [at, body] of withEachText(bodyOf(access), bad)) {
          // A scanner's report has a form of its own, of which only what is judged is read.
          if (at.startsWith(".report.")) continue;
          const { status, text } = await entrances.knock(access, place, "administrator", { body });
          expect(status, `${at} = ${JSON.stringify(bad)}: ${text}`).toBe(422);
        }
      }
    });
  });

  it.each(actions)("action %s", async (name, access) => {
    await nothingChanges(async () => {
      for (const bad of noTexts) {
        forgetCounts();
        for (const [at, body] of [...withEachText(bodyOf(access), bad), ["the whole", bad] as const]) {
          const outcome = await entrances.act(access, name, "administrator", { body });
          expect(outcome, `${at} = ${JSON.stringify(bad)}`).toMatchObject({ ok: false, code: "invalidInput" });
        }
      }
    });
  });

  it.each(routes.filter(([place]) => place.startsWith("GET ")))("%s, in its query", async (place, access) => {
    const { path } = access.send(entrances.stage, "administrator");
    const [bare = "", query = ""] = path.split("?");
    const names = [...new URLSearchParams(query).keys(), "project", "service", "cursor"];
    for (const name of names) {
      for (const odd of [`${name}[not]=`, `${name}=a&${name}=b`, `${name}=%00`, `${name}=%E0%A4%A`, `${name}=`]) {
        const kept = new URLSearchParams(query);
        kept.delete(name);
        const tampered = `${bare}?${[kept.toString(), odd].filter((part) => part !== "").join("&")}`;
        const { status, text } = await entrances.knock(access, place, "administrator", { path: tampered });
        expect(status, `${tampered}: ${text}`).toBeLessThan(500);
      }
    }
  });
});

describe("a text that is none of ours is answered, never with a fault of ours", () => {
  it.each(writes)("%s", async (place, access) => {
    for (const odd of oddTexts) {
      for (const [at, body] of withEachText(bodyOf(access), odd)) {
        const { status, text } = await entrances.knock(access, place, "administrator", { body });
        expect(status, `${at} = ${JSON.stringify(odd).slice(0, 40)}: ${text}`).toBeLessThan(500);
      }
      forgetCounts();
    }
  });

  it.each(routes.filter(([place]) => place.includes("{")))("%s, in its path", async (place, access) => {
    const { path } = access.send(entrances.stage, "administrator");
    const template = place.split(" ")[1]?.split("/") ?? [];
    for (const odd of ["%00", "%E0%A4%A", "%2e%2e", "%ED%A0%80", "__proto__", "x".repeat(3_000)]) {
      const parts = path.split("?")[0]?.split("/") ?? [];
      const tampered = parts.map((part, at) => (template[at]?.startsWith("{") ? odd : part)).join("/");
      const { status, text } = await entrances.knock(access, place, "administrator", { path: tampered });
      expect(status, `${tampered.slice(0, 80)}: ${text}`).toBeLessThan(500);
      if (access.may.kind === "allow") expect(status, tampered.slice(0, 80)).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("a key that nobody knows is refused, not ignored", () => {
  const withMore = (body: unknown) => ({ ...(body as object), actor: "somebody else" });

  const ours = writes.filter(([place, { foreignForm }]) => !place.startsWith("DELETE") && !foreignForm);
  it.each(ours)("%s", async (place, access) => {
    await nothingChanges(async () => {
      const body = withMore(bodyOf(access));
      expect(await entrances.knock(access, place, "administrator", { body })).toMatchObject({ status: 422 });
    });
  });

  it.each(actions)("action %s", async (name, access) => {
    await nothingChanges(async () => {
      const body = withMore(bodyOf(access));
      const outcome = await entrances.act(access, name, "administrator", { body });
      expect(outcome).toMatchObject({ ok: false, code: "invalidInput" });
    });
  });
});

describe("a write by cookie that no page of ours sent is refused and changes nothing", () => {
  const origins: [string, Tampered][] = [
    ["a foreign page", { headers: { origin: "https://evil.example" } }],
    ["a frame without an origin", { headers: { origin: "null" } }],
    ["nowhere", { headers: { origin: undefined } }],
    ["a page of a neighbour port", { headers: { origin: "http://127.0.0.1:3001" } }],
    ["a page that calls itself the host", { headers: { origin: "https://evil.example", host: "evil.example" } }],
    [
      "a foreign page behind a proxy's name",
      {
        headers: { origin: "https://evil.example", "x-forwarded-host": "evil.example" },
      },
    ],
    ["a page of the same site", { headers: { "sec-fetch-site": "same-site" } }],
  ];

  it.each(writes)("%s", async (place, access) => {
    await nothingChanges(async () => {
      for (const [from, tampered] of origins) {
        const { status } = await entrances.knock(access, place, "administrator", tampered);
        expect(status, from).toBe(404);
      }
    });
  });

  it.each(actions)("action %s", async (name, access) => {
    await nothingChanges(async () => {
      for (const [from, tampered] of origins) {
        const outcome = await entrances.act(access, name, "administrator", tampered);
        expect(outcome, from).toMatchObject({ ok: false, code: "notAvailable" });
      }
    });
  });
});

describe("headers that talk to a framework or a proxy give nobody any right", () => {
  const spoofed = {
    "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy",
    "x-middleware-rewrite": "/api/health/live",
    "x-middleware-next": "1",
    "x-middleware-override-headers": "authorization",
    "x-nextjs-data": "1",
    "x-original-url": "/api/health/live",
    "x-rewrite-url": "/api/health/live",
    "x-forwarded-user": "ada",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-host": "127.0.0.1:3000",
    "x-remote-user": "ada",
    "x-http-method-override": "GET",
    "x-waybill-path": "/",
    "x-nonce": "known",
    ...ourPage,
  };

  it.each(guarded)("%s", async (place, access) => {
    await nothingChanges(async () => {
      const { status } = await entrances.knock(access, place, "nobody", { headers: spoofed });
      expect(status).toBe(401);
    });
  });

  it.each(actions)("action %s", async (name, access) => {
    await nothingChanges(async () => {
      const outcome = await entrances.act(access, name, "nobody", { headers: spoofed });
      expect(outcome).toMatchObject({ ok: false, code: "unauthenticated" });
    });
  });
});

/** A file of a megabyte with each character escaped in JSON, a scanner's report, a message with what stood above it. */
const bodyBytesMost = { documents: 6_500_000, backtests: 6_500_000, scans: 9_000_000, hooks: 400_000 };

describe("a body without end is given up, whether or not it says how long it is", () => {
  const hasBody = routes.filter(([place]) => /^(POST|PUT|PATCH) /.test(place) && !place.includes("unknown"));

  it.each(hasBody)("%s", async (place, access) => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    await nothingChanges(async () => {
      const { status } = await entrances.knock(access, place, "administrator", { rawBody: endless });
      expect(status).toBe(place.includes("nextauth") ? 404 : 413);
      const announced = { rawBody: "{}", headers: { "content-length": "99999999999" } };
      const { status: second } = await entrances.knock(access, place, "administrator", announced);
      expect(second).toBe(place.includes("nextauth") ? 404 : 413);
    });
    const most = Object.entries(bodyBytesMost).find(([part]) => place.includes(part))?.[1] ?? 300_000;
    expect(pulled).toBeLessThan(most);
  });
});
