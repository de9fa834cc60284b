import { describe, expect, it } from "vitest";
import { concerns, parseLiveChanges } from "@/components/live/watches";

const change = { project: "veza", kind: "rollout.observed", promotion: "veza-3", service: "backend" };

describe("which views a change concerns", () => {
  it("concerns a view without limits", () => {
    expect(concerns(change, undefined)).toBe(true);
    expect(concerns(change, {})).toBe(true);
  });

  it("leaves a view of another project, promotion or service alone", () => {
    expect(concerns(change, { projects: ["miniredis"] })).toBe(false);
    expect(concerns(change, { promotion: "veza-4" })).toBe(false);
    expect(concerns(change, { service: "chat" })).toBe(false);
    expect(concerns(change, { projects: ["veza"], promotion: "veza-3", service: "backend" })).toBe(true);
  });

  it("reads again what a change without a name may concern", () => {
    expect(concerns({ project: "veza", kind: "several" }, { promotion: "veza-3", service: "backend" })).toBe(true);
    expect(concerns(change, { environment: "production" })).toBe(true);
  });
});

describe("a message of the stream", () => {
  it("is a list of changes", () => {
    expect(parseLiveChanges(JSON.stringify([change, { project: 1 }, null]))).toEqual([change]);
  });

  it("is nothing where it is something else", () => {
    expect(parseLiveChanges("{")).toEqual([]);
    expect(parseLiveChanges("{}")).toEqual([]);
  });
});
