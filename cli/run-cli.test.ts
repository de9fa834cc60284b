import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { commands } from "@/cli/commands";
import { runHere } from "@/cli/testing/run";

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

async function answering(listener: RequestListener): Promise<Record<string, string>> {
  const made = createServer(listener);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return { WAYBILL_URL: `http://127.0.0.1:${(made.address() as AddressInfo).port}`, WAYBILL_TOKEN: "wb_secret" };
}

describe("a command line that cannot be meant", () => {
  it.each([
    [["deploy"], 'there is no command "deploy"'],
    [["ledger"], "expected ledger export, ledger verify"],
    [["promote", "demo"], "RELEASE… is missing"],
    [["promote", "demo", "x"], "--to is missing"],
    [["retry", "demo-1", "y"], '"y" is too much'],
    [["promote", "demo", "x", "y", "--to", "z", "--wait"], "--wait and --plan are for one release"],
    [["promote", "demo", "x", "--to", "z", "--timeout", "soon"], "--timeout"],
    [["promote", "demo", "x", "--to", "z", "--force"], "--force"],
    [["rollback", "demo", "--in", "z"], "SERVICE… is missing"],
    [["status", "--to"], "--to"],
  ])("%j", async (args, said) => {
    const { code, out, err } = await runHere(args, { WAYBILL_TOKEN: "wb_x" });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(said);
  });
});

describe("help", () => {
  it("lists every command", async () => {
    const { code, out } = await runHere(["--help"], {});
    expect(code).toBe(0);
    for (const { name } of commands) expect(out).toContain(name);
    expect((await runHere([], {})).code).toBe(2);
  });

  it.each(commands.map((command) => command.name))("of %s", async (name) => {
    const { code, out } = await runHere([...name.split(" "), "--help"], {});
    expect(code).toBe(0);
    expect(out).toContain(`Usage: waybill ${name}`);
    expect(out).toContain("--json");
  });
});

describe("a server that is none, or knows nobody", () => {
  it("no token, a wrong address, nothing that listens", async () => {
    expect(await runHere(["status"], {})).toMatchObject({ code: 5, err: expect.stringContaining("WAYBILL_TOKEN") });
    const wrong = { WAYBILL_URL: "waybill.example.com", WAYBILL_TOKEN: "wb_x" };
    expect(await runHere(["status"], wrong)).toMatchObject({ code: 2, err: expect.stringContaining("WAYBILL_URL") });
    const env = await answering(() => undefined);
    await new Promise<void>((resolve) => server?.close(() => resolve()));
    server = undefined;
    expect(await runHere(["status"], env)).toMatchObject({
      code: 5,
      err: expect.stringMatching(/^no answer from .*ECONNREFUSED\n$/),
    });
  });

  it("a page instead of JSON, a redirect: the token goes nowhere else", async () => {
    const page = await answering((_request, response) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<h1>"),
    );
    expect(await runHere(["status"], page)).toMatchObject({
      code: 5,
      err: expect.stringContaining("does not answer like Waybill (502)"),
    });
    await new Promise<void>((resolve) => server?.close(() => resolve()));
    const away = await answering((_request, response) =>
      response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    );
    const went = await runHere(["status"], away);
    expect(went.code).toBe(5);
    expect(went.err).not.toContain("wb_secret");
  });

  it("a problem: code and detail on standard error, issues under it, the whole as JSON", async () => {
    const problem = {
      type: "/problems/invalidInput",
      ...{ title: "The input is not valid", status: 422, detail: "wrong", code: "invalidInput" },
      issues: [{ path: "environment", message: "there is none" }],
    };
    const env = await answering((_request, response) =>
      response.writeHead(422, { "content-type": "application/problem+json" }).end(JSON.stringify(problem)),
    );
    const { code, out, err } = await runHere(["promotion", "x-1", "--json"], env);
    expect(code).toBe(1);
    expect(err).toBe("invalidInput: wrong\n  environment there is none\n");
    expect(JSON.parse(out)).toEqual(problem);
  });
});

it("--wait looks on through a server that is started again, and gives up on one that stays away", async () => {
  const promotion = (phase: string) => ({
    ...{ id: "demo-1", phase, ended: phase === "succeeded", release: "r", environment: "staging", verdicts: [] },
    ...{ plan: { services: [] }, nextStep: null, watchUntil: null, cause: null },
  });
  let looks = 0;
  const env = await answering((request, response) => {
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.method === "POST") return json(201, promotion("rollingOut"));
    looks += 1;
    if (looks < 4) return response.writeHead(503).end();
    return json(200, promotion("succeeded"));
  });
  const args = ["promote", "demo", "r", "--to", "staging", "--wait"];
  const seen = await runHere(args, env);
  expect(seen.code).toBe(0);
  expect(seen.err.match(/looking again/g)).toHaveLength(1);
  looks = Number.NEGATIVE_INFINITY;
  expect((await runHere(args, env, { pause: async () => undefined })).code).toBe(5);
});
