import type { lookup } from "node:dns";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createGuardedFetch, guardedFetch, type RefusedAddress, refusedAddressIn } from "@/lib/net/guarded-fetch";
import { type Reach, readReach } from "@/lib/net/reach";

const servers: Server[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server on loopback that notes which hosts it was asked for. */
async function listen(answer: RequestListener = (_, response) => response.end("ok")) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.host);
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, asked };
}

/** A resolver that gives these answers in turn, the last one for ever. */
function resolver(...answers: string[][]): typeof lookup {
  let turn = 0;
  const resolve = (_name: string, _options: unknown, done: (error: null, found: object[]) => void) => {
    const answer = answers[Math.min(turn, answers.length - 1)] ?? [];
    turn += 1;
    done(
      null,
      answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  return resolve as unknown as typeof lookup;
}

const refused = (promise: Promise<unknown>): Promise<RefusedAddress | undefined> =>
  promise.then(() => undefined, refusedAddressIn);

describe("an address that is never asked, however it is written", () => {
  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254./",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://169.16689662/",
    "http://１６９.２５４.１６９.２５４/",
    "http://169。254。169。254/",
    "http://%31%36%39.254.169.254/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[::a9fe:a9fe]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fd00:0ec2:0::0254]/",
    "http://100.100.100.200/",
    "http://0.0.0.0/",
    "http://0/",
    "http://[::]/",
    "https://169.254.169.254/",
  ])("%s", async (url) => {
    const why = (await refused(createGuardedFetch({ reach: "loopback" })(url)))?.why;
    expect(why).toBe("this is a link-local, metadata or reserved address, which Waybill never asks");
  });
});

describe("reach", () => {
  it.each<[Reach, string, boolean]>([
    ["loopback", "127.0.0.1", true],
    ["loopback", "localhost", true],
    ["private", "127.0.0.1", false],
    ["private", "localhost", false],
    ["private", "127.1", false],
    ["private", "[::1]", false],
    ["private", "[::ffff:127.0.0.1]", false],
    ["public", "127.0.0.1", false],
    ["public", "10.1.2.3", false],
    ["public", "[fd12:3456::1]", false],
  ])("%s and %s: asked is %s", async (reach, host, allowed) => {
    const { port, asked } = await listen();
    const answer = createGuardedFetch({ reach })(`http://${host}:${port}/`);
    if (allowed) expect((await answer).status).toBe(200);
    else expect((await refused(answer))?.why).toContain(`WAYBILL_OUTBOUND=${reach}`);
    expect(asked).toHaveLength(allowed ? 1 : 0);
  });

  it.each<[Reach, string, boolean]>([
    ["private", "10.1.2.3", true],
    ["private", "fd12:3456::1", true],
    ["private", "93.184.215.14", true],
    ["public", "93.184.215.14", true],
    ["public", "10.1.2.3", false],
    ["private", "127.0.0.1", false],
  ])("%s lets a name that leads to %s through the resolver: %s", async (reach, address, allowed) => {
    const { guardedLookup } = await import("@/lib/net/guarded-fetch");
    const answer = await new Promise((resolve) => {
      guardedLookup(reach, resolver([address]))("name.example", { all: false }, (error, found) =>
        resolve(error ?? found),
      );
    });
    if (allowed) expect(answer).toBe(address);
    else expect(refusedAddressIn(answer)).toBeDefined();
  });

  it.each([
    [{}, "private"],
    [{ WAYBILL_DEMO: "on" }, "loopback"],
    [{ WAYBILL_DEMO: "1", WAYBILL_OUTBOUND: "private" }, "private"],
    [{ WAYBILL_OUTBOUND: "loopback" }, "loopback"],
    [{ WAYBILL_OUTBOUND: "" }, "private"],
    [{ WAYBILL_OUTBOUND: "everything" }, "public"],
  ])("of %j is %s", (env, reach) => {
    expect(readReach(env)).toBe(reach);
  });

  it("is the process's own for the fetch that every client shares", async () => {
    const { port } = await listen();
    expect((await guardedFetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    vi.stubEnv("WAYBILL_OUTBOUND", "");
    expect(await refused(guardedFetch(`http://127.0.0.1:${port}/`))).toBeDefined();
  });
});

describe("a name", () => {
  it("that leads elsewhere the second time is refused then: the connection is judged, not the name", async () => {
    const { port, asked } = await listen((_, response) => response.setHeader("connection", "close").end());
    const fetch = createGuardedFetch({ reach: "loopback", resolve: resolver(["127.0.0.1"], ["169.254.169.254"]) });
    const url = `http://rebinding.example:${port}/`;
    expect((await fetch(url)).status).toBe(200);
    expect(await refused(fetch(url))).toBeDefined();
    expect(asked).toEqual([`rebinding.example:${port}`]);
  });

  it("is looked up once for a connection: what was judged is what is connected to", async () => {
    const { port, asked } = await listen();
    const fetch = createGuardedFetch({ reach: "loopback", resolve: resolver(["127.0.0.1"], ["169.254.169.254"]) });
    expect((await fetch(`http://once.example:${port}/`)).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  it("that leads to several is asked at those that may be", async () => {
    const { port } = await listen();
    const resolve = resolver(["fe80::1", "169.254.169.254", "127.0.0.1"]);
    const fetch = createGuardedFetch({ reach: "loopback", resolve });
    expect((await fetch(`http://several.example:${port}/`)).status).toBe(200);
  });

  it("that leads nowhere allowed is refused, over TLS too", async () => {
    const resolve = resolver(["::ffff:169.254.169.254", "fe80::1%2"]);
    const fetch = createGuardedFetch({ reach: "loopback", resolve });
    expect(await refused(fetch("https://metadata.example/"))).toBeDefined();
  });
});

it("a redirect is handed back and not followed, and its address is judged when asked", async () => {
  const location = "http://169.254.169.254/latest/";
  const { port } = await listen((_, response) => response.writeHead(307, { location }).end());
  const fetch = createGuardedFetch({ reach: "loopback" });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect(answer.status).toBe(307);
  expect(await refused(fetch(answer.headers.get("location") ?? ""))).toBeDefined();
});
