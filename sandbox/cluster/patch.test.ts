import { describe, expect, it } from "vitest";
import type { JsonObject } from "./objects";
import { applyPatch } from "./patch";

const strategic = "application/strategic-merge-patch+json";
const pod: JsonObject = {
  spec: {
    containers: [
      { name: "app", image: "a:1", env: [{ name: "A", value: "1" }], ports: [{ containerPort: 80 }] },
      { name: "side", image: "s:1" },
    ],
  },
};

describe("a strategic merge", () => {
  it("joins containers, their variables and ports by key", () => {
    const before = structuredClone(pod);
    const patch = {
      spec: {
        containers: [
          { name: "app", image: "a:2", env: [{ name: "B", value: "2" }], ports: [{ containerPort: 81 }] },
          { name: "new", image: "n:1" },
        ],
      },
    };
    expect(applyPatch(pod, patch, strategic)).toEqual({
      spec: {
        containers: [
          {
            name: "app",
            image: "a:2",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ],
            ports: [{ containerPort: 80 }, { containerPort: 81 }],
          },
          { name: "side", image: "s:1" },
          { name: "new", image: "n:1" },
        ],
      },
    });
    expect(pod).toEqual(before);
  });

  it("deletes by directive and by null, and retains named keys", () => {
    const gone = { spec: { containers: [{ name: "side", $patch: "delete" }] } };
    expect(applyPatch(pod, gone, strategic)).toMatchObject({ spec: { containers: [{ name: "app" }] } });
    const rolling = { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } }, replicas: 2 };
    const retained = { strategy: { $retainKeys: ["type"], type: "Recreate" }, replicas: null };
    expect(applyPatch(rolling, retained, strategic)).toEqual({ strategy: { type: "Recreate" } });
  });

  it("refuses an item without its key", () => {
    const patch = { spec: { containers: [{ image: "x" }] } };
    expect(() => applyPatch(pod, patch, strategic)).toThrow("does not contain declared merge key: name");
  });
});

it("replaces lists in a merge patch (RFC 7386)", () => {
  const patch = { spec: { containers: [{ name: "only" }] }, labels: null };
  const result = applyPatch({ ...pod, labels: { a: "b" } }, patch, "application/merge-patch+json");
  expect(result).toEqual({ spec: { containers: [{ name: "only" }] } });
});

describe("a JSON patch (RFC 6902)", () => {
  const apply = (operations: unknown, target: Parameters<typeof applyPatch>[0] = { a: [1, 2], b: { "c/d": 3 } }) =>
    applyPatch(target, operations, "application/json-patch+json");

  it.each([
    [[{ op: "add", path: "/a/-", value: 3 }], { a: [1, 2, 3], b: { "c/d": 3 } }],
    [[{ op: "add", path: "/a/0", value: 0 }], { a: [0, 1, 2], b: { "c/d": 3 } }],
    [[{ op: "replace", path: "/b/c~1d", value: 4 }], { a: [1, 2], b: { "c/d": 4 } }],
    [[{ op: "remove", path: "/a/1" }], { a: [1], b: { "c/d": 3 } }],
    [[{ op: "move", from: "/a/0", path: "/e" }], { a: [2], b: { "c/d": 3 }, e: 1 }],
    [[{ op: "copy", from: "/b", path: "/e" }], { a: [1, 2], b: { "c/d": 3 }, e: { "c/d": 3 } }],
    [[{ op: "test", path: "/a", value: [1, 2] }], { a: [1, 2], b: { "c/d": 3 } }],
  ])("%j", (operations, expected) => {
    expect(apply(operations)).toEqual(expected);
  });

  it.each([
    [[{ op: "test", path: "/a/0", value: 9 }]],
    [[{ op: "replace", path: "/x", value: 1 }]],
    [[{ op: "remove", path: "/a/9" }]],
    [[{ op: "add", path: "/x/y", value: 1 }]],
    [[{ op: "invent", path: "/a" }]],
    [{ op: "add", path: "/a", value: 1 }],
  ])("refuses %j", (operations) => {
    expect(() => apply(operations)).toThrow("the server rejected our request");
  });
});
