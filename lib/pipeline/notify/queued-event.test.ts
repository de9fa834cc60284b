import { expect, it } from "vitest";
import { answeredBy, queuedEvents } from "@/lib/pipeline/notify/queued-event";
import type { Entry } from "@/lib/pipeline/promotion/entry";

const common = { at: "2026-03-01T10:00:00.000Z", actor: { kind: "system", name: "worker" } as const, seq: 7 };
const queued = (entry: Pick<Entry, "kind" | "data" | "subject">) =>
  queuedEvents([{ ...common, ...entry } as Entry & { seq: number }]).map(({ kind, environment }) => [
    kind,
    environment,
  ]);

it("a proposal is told to whoever subscribes to any of the environments that it guards", () => {
  const data = { id: "p", baseVersion: 1, fileHash: "h", changes: [], expiresAt: common.at };
  const proposed = { kind: "policy.proposed" as const, subject: {} };
  expect(queued({ ...proposed, data: { ...data, environments: ["staging", "production"] } })).toEqual([
    ["policy.proposed", "staging"],
    ["policy.proposed", "production"],
  ]);
});

it("what nobody can subscribe to is told to nobody", () => {
  expect(queued({ kind: "tag.moved", data: {}, subject: { environment: "staging" } } as never)).toEqual([]);
  expect(
    queued({ kind: "environment.held", data: { id: "h", reason: "r" }, subject: { environment: "staging" } }),
  ).toEqual([["environment.held", "staging"]]);
});

it("a message that asked is looked at again after what answers it, and after nothing else", () => {
  const subject = { promotion: "demo-1", environment: "production" };
  const after = (kind: Entry["kind"]) => answeredBy([{ ...common, kind, data: {}, subject } as never]);
  for (const kind of [
    "promotion.approved",
    "promotion.rejected",
    "promotion.replanned",
    "promotion.started",
  ] as const) {
    expect(after(kind), kind).toEqual([{ seq: 7, promotion: "demo-1" }]);
  }
  for (const kind of ["promotion.requested", "gates.evaluated", "promotion.succeeded", "environment.held"] as const) {
    expect(after(kind), kind).toEqual([]);
  }
});
