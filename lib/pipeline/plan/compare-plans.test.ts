import { describe, expect, it } from "vitest";
import { comparePlans } from "@/lib/pipeline/plan/compare-plans";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { aPlan, aService, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const withBackend = (extra: Parameters<typeof aService>[1]): Plan =>
  aPlan({ services: [aService("backend", extra), aService("chat")] });

describe("what differs between two plans", () => {
  it("is nothing for the same plan", () => expect(comparePlans(aPlan(), aPlan())).toEqual([]));

  const table: [string, Plan, string[]][] = [
    ["the project file", aPlan({ policyVersion: 4 }), ["the project file is version 4, was 3"]],
    [
      "the digest",
      withBackend({ to: { digest: digestOf("c"), version: "v1.1.0", platforms: [], revision: null } }),
      ["backend goes to cccc…cccc, was aaaa…aaaa"],
    ],
    [
      "what runs",
      withBackend({ from: { digest: digestOf("c"), version: null } }),
      ["backend runs cccc…cccc now, ran bbbb…bbbb"],
    ],
    ["that nothing runs", withBackend({ from: null }), ["backend runs nothing now, ran bbbb…bbbb"]],
    ["no way back", withBackend({ rollback: null }), ["backend would go back to nothing, was bbbb…bbbb"]],
    [
      "a way back that lost its verification",
      withBackend({ rollback: { digest: digestOf("b"), version: "v1.0.0", release: null, verified: false } }),
      ["bbbb…bbbb, to which backend would go back, is not verified any more"],
    ],
    [
      "the registry's host",
      withBackend({ image: "other.example.com/demo-backend" }),
      ["backend is pulled from other.example.com/demo-backend, was registry.example.com/demo-backend"],
    ],
    [
      "the target",
      withBackend({ target: { ...aService("backend").target, namespace: "other" } }),
      ["backend has another target"],
    ],
    [
      "the strategy",
      withBackend({ strategy: { kind: "recreate", deadlineMs: 60_000 } }),
      ["backend has another strategy"],
    ],
    ["a service less", aPlan({ services: [aService("backend")], tags: aPlan().tags }), ["chat does not move any more"]],
    [
      "a service more",
      aPlan({ services: [...aPlan().services, aService("web")], tags: aPlan().tags }),
      ["web moves too"],
    ],
    [
      "the order",
      aPlan({ services: aPlan().services.toReversed(), tags: aPlan().tags }),
      ["the order is chat, backend, was backend, chat"],
    ],
    ["gates and tags", aPlan({ gates: [{ kind: "hold" }], tags: [] }), ["gates changed", "tags changed"]],
    [
      "what is known of the image",
      withBackend({ to: { digest: digestOf("a"), version: "v1.1.0", platforms: [digestOf("1")], revision: null } }),
      ["another part of it changed"],
    ],
  ];
  it.each(table)("says in a sentence: %s", (_, after, changes) => {
    expect(comparePlans(aPlan(), after)).toEqual(changes);
  });

  it("says every change there is", () => {
    const after = { ...withBackend({ from: null, rollback: null }), policyVersion: 9, queue: "newest" as const };
    expect(comparePlans(aPlan(), after)).toHaveLength(4);
  });
});
