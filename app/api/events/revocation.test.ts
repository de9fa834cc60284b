import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChangeHub } from "@/app/api/events/change-hub";
import { changeStream } from "@/app/api/events/change-stream";
import type { Principal } from "@/lib/auth/principal";
import { Unauthenticated } from "@/lib/pipeline/errors";

// What was taken away is gone from an open stream within a minute: the promise of the product, with its own intervals.

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

const viewer = (...projects: string[]): Principal => ({
  ...{ kind: "person", id: "i#vera", name: "Vera", email: "", groups: [], administrator: false },
  grants: projects.map((project) => ({ project, role: "viewer", environments: null })),
});

/** A stream of somebody who is asked about again and again; what it says is gathered. */
async function open(recheck: () => Promise<Principal>) {
  let tell: (project: string) => void = () => undefined;
  const hub = Object.assign(Object.create(ChangeHub.prototype), {
    subscribe: async (subscriber: { changes(changes: object[]): void }) => {
      tell = (project) => subscriber.changes([{ project, kind: "several" }]);
      return () => undefined;
    },
    since: () => [],
  }) as ChangeHub;
  Object.defineProperty(hub, "isHearing", { value: true });
  const stream = changeStream({ hub, principal: viewer("veza"), recheck, signal: new AbortController().signal });
  const said: string[] = [];
  let ended = false;
  void (async () => {
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      said.push(new TextDecoder().decode(value));
    }
    ended = true;
  })();
  await vi.advanceTimersByTimeAsync(0);
  return { said, tell: (project: string) => tell(project), hasEnded: () => ended };
}

describe("within 60 s of", () => {
  it("a revoked session or token the stream has ended", async () => {
    const stream = await open(() => Promise.reject(new Unauthenticated("revoked")));
    expect(stream.hasEnded()).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stream.hasEnded()).toBe(true);
  });

  it("a question that nobody answers it has ended too", async () => {
    const stream = await open(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stream.hasEnded()).toBe(true);
  });

  it("a lost role nothing of that project is told any more, and the stream goes on", async () => {
    const stream = await open(async () => viewer("miniredis"));
    stream.tell("veza");
    await vi.advanceTimersByTimeAsync(60_000);
    const before = stream.said.length;
    stream.tell("veza");
    await vi.advanceTimersByTimeAsync(0);
    expect(stream.said.slice(before).join("")).not.toContain("veza");
    stream.tell("miniredis");
    await vi.advanceTimersByTimeAsync(0);
    expect(stream.said.slice(before).join("")).toContain("miniredis");
    expect(stream.said.slice(0, before).join("")).toContain("veza");
    expect(stream.hasEnded()).toBe(false);
  });
});
