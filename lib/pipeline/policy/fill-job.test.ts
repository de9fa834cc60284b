import { describe, expect, it } from "vitest";
import { fillFromAnswer, fillJobAddress, fillJobBody, unknownJobPlaces } from "@/lib/pipeline/policy/fill-job";

const facts = {
  ...{ project: "veza", service: "api", environment: "staging", namespace: "veza-staging", workload: "api" },
  ...{ digest: "sha256:ab", version: "v1/../admin?x", promotion: "veza-7" },
};

describe("a job's address", () => {
  it("is filled in so that no fact leaves its place", () => {
    expect(fillJobAddress("https://ci.example.com/{service}/{version}?d={digest}", facts)).toBe(
      "https://ci.example.com/api/v1%2F..%2Fadmin%3Fx?d=sha256%3Aab",
    );
  });

  it("keeps what nobody knows", () => {
    expect(fillJobAddress("/{previewService}/{$.id}/{promotion}", { service: "api" })).toBe(
      "/{previewService}/{$.id}/{promotion}",
    );
  });

  it.each<[unknown, string | undefined]>([
    ["run 1/2", "/runs/run%201%2F2/log"],
    [17, "/runs/17/log"],
    ["..", undefined],
    ["", undefined],
    [undefined, undefined],
    [{ id: 1 }, undefined],
    [true, undefined],
    ["x".repeat(301), undefined],
  ])("takes %j of an answer as %j", (value, expected) => {
    expect(fillFromAnswer("/runs/{$.id}/log", (path) => (path === "$.id" ? value : "wrong"))).toBe(expected);
  });
});

it("a body is filled in its texts alone, so that it stays JSON of the same form", () => {
  const body = { to: ["{environment}", 3, null], "{service}": { say: 'it is "{version}"' }, other: "{none}" };
  expect(fillJobBody(body, { ...facts, version: '", "admin": "' })).toEqual({
    ...{ to: ["staging", 3, null], "{service}": { say: 'it is "", "admin": ""' }, other: "{none}" },
  });
});

it("says which placeholders mean nothing where they stand", () => {
  const text = "/{service}/{servce}/{$.id}/{$}/{previewService}";
  expect(unknownJobPlaces(text, {})).toEqual(["{servce}", "{$.id}", "{$}", "{previewService}"]);
  expect(unknownJobPlaces(text, { answer: true, preview: true })).toEqual(["{servce}", "{$}"]);
});
