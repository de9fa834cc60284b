import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createAlertmanager } from "@/lib/adapters/prometheus/alertmanager";
import { asked } from "@/lib/adapters/prometheus/testing/alerts-contract";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const limits = { name: "test", timeoutMs: 30_000, maxBytes: 10_000, alertsMax: 3 };
const alert = (state: string, more: object = {}) => ({
  labels: { alertname: "A" },
  status: { state, silencedBy: [], inhibitedBy: [], ...more },
});

async function ask(body: unknown, status = 200) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const url = await listen((_, response) => response.writeHead(status).end(text));
  return createAlertmanager({ ...limits, url }).measure([asked("A")]);
}

describe("what cannot be trusted is never taken for silence", () => {
  it.each([
    ["HTML", "<html>sign in</html>", 200, "badResponse"],
    ["another API", { status: "success", data: [] }, 200, "badResponse"],
    ["an alert without a state", [{ labels: { alertname: "A" } }], 200, "badResponse"],
    ["too many alerts", Array.from({ length: 4 }, () => alert("active")), 200, "tooLarge"],
    ["too many bytes", `[${" ".repeat(20_000)}]`, 200, "tooLarge"],
    ["a matcher it does not know", '"bad matcher format"', 400, "invalid"],
    ["no right", '"no"', 401, "unauthorized"],
    ["a wrong address", "404 page not found", 404, "misconfigured"],
    ["trouble of its own", "", 503, "unavailable"],
  ])("%s", async (_, body, status, code) => {
    await expect(ask(body, status)).rejects.toMatchObject({ code, system: "metrics test" });
  });

  it("an address that nobody listens at, and one that never answers", async () => {
    const url = await listen(() => undefined);
    await expect(createAlertmanager({ ...limits, timeoutMs: 300, url }).measure([asked("A")])).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
    });
    const gone = createAlertmanager({ ...limits, url: "http://127.0.0.1:9" });
    await expect(gone.check()).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });
});

it("counts what acts alone, also where the filters were not heeded", async () => {
  const all = [
    alert("active"),
    alert("suppressed", { silencedBy: ["1"] }),
    { ...alert("active"), labels: { alertname: "B" } },
  ];
  expect(await ask(all)).toMatchObject([{ kind: "series", series: [{ points: [{ value: 1 }] }] }]);
});

it("puts a backslash before what has a meaning in a pattern, and before nothing else", async () => {
  const filters: string[] = [];
  const url = await listen((request, response) => {
    filters.push(...new URL(request.url ?? "", "http://alerts").searchParams.getAll("filter"));
    response.end("[]");
  });
  const names = ["Überlast (é)", "a-b_c d", "x.*|[y]{2}^$+?\\z"];
  await createAlertmanager({ ...limits, url }).measure(names.map((alertname) => asked(alertname)));
  const patterns = ["Überlast \\(é\\)", "a-b_c d", "x\\.\\*\\|\\[y\\]\\{2\\}\\^\\$\\+\\?\\\\z"];
  expect(filters).toEqual([`alertname=~${JSON.stringify(patterns.join("|"))}`]);
});

it("asks once for many, with what they have in common, and says who it is each time", async () => {
  const seen: IncomingMessage[] = [];
  const url = await listen((request, response) => {
    seen.push(request);
    response.end("[]");
  });
  let turn = 0;
  const credentials = { token: async () => `token-${++turn}` };
  const source = createAlertmanager({ ...limits, url: `${url}/alerts/`, credentials });
  const many = Array.from({ length: 21 }, (_, index) => asked(`A${index}`, { env: "prod", own: `${index}` }));
  await source.measure(many);
  expect(seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
  const [first, second] = seen.map((one) => new URL(one.url ?? "", url));
  expect(first?.pathname).toBe("/alerts/api/v2/alerts");
  expect(first?.searchParams.getAll("filter")).toEqual([
    'env="prod"',
    `alertname=~"${Array.from({ length: 20 }, (_, index) => `A${index}`).join("|")}"`,
  ]);
  expect(second?.searchParams.getAll("filter")).toContain('alertname="A20"');
  await expect(source.query("up")).rejects.toMatchObject({ code: "invalid" });
  expect(await source.measure([])).toEqual([]);
});
