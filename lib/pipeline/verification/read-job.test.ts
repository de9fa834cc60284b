import { describe, expect, it } from "vitest";
import { placesOf, readStatus } from "@/lib/pipeline/verification/read-job";

const answer = (body: unknown, location?: string) => ({
  body: typeof body === "string" ? body : JSON.stringify(body),
  ...(location === undefined ? {} : { location }),
});

describe("where a started job is found again", () => {
  it.each<[string, { status?: string; log?: string }, ReturnType<typeof answer>, unknown]>([
    ["the header Location", {}, answer("", "/runs/1"), { status: "/runs/1" }],
    ["a path into the answer", { status: "$.links[0].self" }, answer({ links: [{ self: "/r" }] }), { status: "/r" }],
    [
      "an address with what the answer says",
      { status: "/runs/{$.id}", log: "/runs/{$.id}/log" },
      answer({ id: 7 }),
      { status: "/runs/7", log: "/runs/7/log" },
    ],
    ["a log in the status needs no place", { log: "$.log" }, answer("", "/runs/1"), { status: "/runs/1" }],
  ])("by %s", (_, job, said, expected) => {
    expect(placesOf(job, said)).toEqual(expected);
  });

  it.each<[string, { status?: string; log?: string }, ReturnType<typeof answer>, RegExp]>([
    ["no header", {}, answer({ id: 7 }), /no header Location/],
    ["no such path", { status: "$.url" }, answer({ id: 7 }), /no address at \$\.url/],
    ["an object in place of an address", { status: "$.url" }, answer({ url: {} }), /no address at \$\.url/],
    ["no JSON", { status: "/runs/{$.id}" }, answer("<html>", "/runs/1"), /does not say where its status is/],
    ["nothing of its log", { log: "/runs/{$.id}/log" }, answer({}, "/runs/1"), /where its log is/],
  ])("%s is nothing to go by", (_, job, said, words) => {
    expect(placesOf(job, said)).toEqual({ missing: expect.stringMatching(words) });
  });
});

describe("what a status says", () => {
  const job = { state: "$.job.state", succeeded: ["ok", true], failed: ["bad", 2] };
  const say = (state: unknown, more: object = {}) => readStatus(job, JSON.stringify({ job: { state }, ...more }));

  it.each<[unknown, string]>([
    ["ok", "succeeded"],
    [true, "succeeded"],
    ["bad", "failed"],
    [2, "failed"],
    ["2", "running"],
    ["true", "running"],
    ["OK", "running"],
    [null, "running"],
    [["ok"], "running"],
  ])("%j is %s", (state, kind) => {
    expect(say(state).kind).toBe(kind);
  });

  it.each(["", "no JSON", "{}", "[]", '{"job":"ok"}', '{"job":{}}'])("%j is odd, and no end", (body) => {
    expect(readStatus(job, body)).toEqual({ kind: "odd", words: "its status has nothing at $.job.state" });
  });

  it("brings the log along that stands in it, or itself where none is named", () => {
    expect(say("ok")).toMatchObject({ log: '{"job":{"state":"ok"}}' });
    const logAt = (log: string, value: unknown) =>
      readStatus({ ...job, log }, JSON.stringify({ job: { state: "ok" }, out: value }));
    expect(logAt("$.out", "one\ntwo")).toMatchObject({ log: "one\ntwo" });
    expect(logAt("$.out", ["one", "two"])).toMatchObject({ log: "one\ntwo" });
    expect(logAt("$.out", { a: 1 })).toMatchObject({ log: '{\n  "a": 1\n}' });
    expect(logAt("$.other", "x")).not.toHaveProperty("log");
    expect(logAt("/runs/1/log", "x")).not.toHaveProperty("log");
  });
});

it("the words of a state that is cut within a character are whole ones", () => {
  const { words } = readStatus(
    { state: "$.s", succeeded: ["ok"], failed: [] },
    JSON.stringify({ s: "😀".repeat(60) }),
  ) as {
    words: string;
  };
  expect(words).toContain("😀");
  expect(words.isWellFormed()).toBe(true);
});
