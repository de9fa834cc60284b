import { describe, expect, it } from "vitest";
import { slimWorkload } from "@/lib/adapters/kubernetes/objects";
import { buildPatch } from "@/lib/adapters/kubernetes/patch";
import { planChange } from "@/lib/adapters/kubernetes/plan";
import {
  changeTo,
  deployment,
  deploymentRef,
  digestOf,
  repository,
  statefulSetRef,
} from "@/lib/adapters/kubernetes/testing/objects-for-tests";
import type { Digest } from "@/lib/pipeline/release/digest";

const system = "cluster test";
const annotated = { "waybill.dev/promotion": "prm_1", "waybill.dev/generation": "1" };

describe("plan of a deployment", () => {
  it("names each field that would change, with its value before and after", () => {
    const workload = slimWorkload("deployment", deployment({ annotations: annotated }));
    const plan = planChange(
      system,
      deploymentRef,
      workload,
      changeTo("b", { strategy: { kind: "rolling", maxSurge: 1 }, deadlineSeconds: 120 }),
    );
    expect(plan).toEqual({
      exists: true,
      alreadyApplied: false,
      currentImage: `${repository}@${digestOf("a")}`,
      currentDigest: digestOf("a"),
      currentPromotion: "prm_1",
      currentGeneration: 1,
      fence: "100",
      changes: [
        {
          path: "spec.template.spec.containers[backend].image",
          from: `${repository}@${digestOf("a")}`,
          to: `${repository}@${digestOf("b")}`,
        },
        { path: "spec.strategy.rollingUpdate.maxSurge", from: "25%", to: "1" },
        { path: "spec.progressDeadlineSeconds", from: "600", to: "120" },
        { path: "metadata.annotations[waybill.dev/promotion]", from: "prm_1", to: "prm_2" },
        { path: "metadata.annotations[waybill.dev/generation]", from: "1", to: "2" },
      ],
    });
  });

  it("is already applied where image, strategy, deadline and annotations say so", () => {
    const workload = slimWorkload(
      "deployment",
      deployment({ annotations: { "waybill.dev/promotion": "prm_2", "waybill.dev/generation": "2" } }),
    );
    expect(planChange(system, deploymentRef, workload, changeTo("a", { deadlineSeconds: 600 }))).toMatchObject({
      alreadyApplied: true,
      changes: [],
    });
    expect(planChange(system, deploymentRef, workload, changeTo("a", { generation: 3 })).alreadyApplied).toBe(false);
    expect(planChange(system, deploymentRef, workload, changeTo("a", { deadlineSeconds: 1 })).alreadyApplied).toBe(
      false,
    );
    expect(
      planChange(system, deploymentRef, workload, changeTo("a", { strategy: { kind: "recreate" } })).alreadyApplied,
    ).toBe(false);
  });

  it("has no current digest where the workload goes by a tag", () => {
    const workload = slimWorkload("deployment", deployment({ image: `${repository}:v1` }));
    expect(planChange(system, deploymentRef, workload, changeTo("a"))).toMatchObject({
      currentDigest: undefined,
      currentImage: `${repository}:v1`,
      currentGeneration: 0,
    });
  });

  it("says that a missing workload does not exist", () => {
    expect(planChange(system, deploymentRef, undefined, changeTo("a"))).toMatchObject({ exists: false, changes: [] });
  });

  it.each([
    [
      "a missing container",
      () => ({ ref: { ...deploymentRef, container: "api" }, change: changeTo("a") }),
      /no container "api"; it has: backend, sidecar/,
    ],
    [
      "an annotated generation that is no number",
      () => ({ ref: deploymentRef, change: changeTo("a"), annotations: { "waybill.dev/generation": "two" } }),
      /"two", not a whole number/,
    ],
  ])("refuses %s as misconfigured", (_, make, words) => {
    const {
      ref,
      change,
      annotations,
    }: { ref: typeof deploymentRef; change: ReturnType<typeof changeTo>; annotations?: Record<string, string> } =
      make();
    const workload = slimWorkload("deployment", deployment({ annotations }));
    expect(() => planChange(system, ref, workload, change)).toThrowError(
      expect.objectContaining({ code: "misconfigured", message: expect.stringMatching(words) }),
    );
  });

  it.each([
    ["a tag for a digest", changeTo("a", { digest: "latest" as Digest })],
    ["a short digest", changeTo("a", { digest: "sha256:abc" as Digest })],
    ["an image with a tag", changeTo("a", { image: `${repository}:latest` })],
    ["an image with a digest", changeTo("a", { image: `${repository}@${digestOf("a")}` })],
    ["an image without a host", changeTo("a", { image: "backend" })],
    ["generation 0", changeTo("a", { generation: 0 })],
    ["a fraction of a generation", changeTo("a", { generation: 1.5 })],
  ])("refuses %s as invalid", (_, change) => {
    const workload = slimWorkload("deployment", deployment());
    expect(() => planChange(system, deploymentRef, workload, change)).toThrowError(
      expect.objectContaining({ code: "invalid" }),
    );
  });
});

describe("plan of a stateful set", () => {
  const object = (updateStrategy: object) => slimWorkload("statefulSet", deployment({ spec: { updateStrategy } }));

  it("sets no progress deadline, which stateful sets do not have", () => {
    const plan = planChange(
      system,
      statefulSetRef,
      object({ type: "RollingUpdate" }),
      changeTo("b", { deadlineSeconds: 9 }),
    );
    expect(plan.changes.map(({ path }) => path)).not.toContain("spec.progressDeadlineSeconds");
  });

  it("takes OnDelete and a partition away, which would keep pods on the old image", () => {
    const workload = object({ type: "OnDelete", rollingUpdate: { partition: 2 } });
    expect(planChange(system, statefulSetRef, workload, changeTo("b")).changes).toEqual(
      expect.arrayContaining([
        { path: "spec.updateStrategy.type", from: "OnDelete", to: "RollingUpdate" },
        { path: "spec.updateStrategy.rollingUpdate.partition", from: "2", to: "0" },
      ]),
    );
  });

  it.each([
    { kind: "recreate" } as const,
    { kind: "rolling", maxSurge: 1 } as const,
    { kind: "rolling", maxUnavailable: 1 } as const,
  ])("refuses %o as misconfigured", (strategy) => {
    expect(() => planChange(system, statefulSetRef, object({}), changeTo("b", { strategy }))).toThrowError(
      expect.objectContaining({ code: "misconfigured" }),
    );
  });
});

describe("patch", () => {
  it("sets the image of the one container, the fence and the annotations, and nothing on the pod template", () => {
    expect(buildPatch(deploymentRef, changeTo("b", { deadlineSeconds: 60 }), "100")).toEqual({
      metadata: {
        resourceVersion: "100",
        annotations: { "waybill.dev/promotion": "prm_2", "waybill.dev/generation": "2" },
      },
      spec: {
        strategy: { type: "RollingUpdate" },
        progressDeadlineSeconds: 60,
        template: { spec: { containers: [{ name: "backend", image: `${repository}@${digestOf("b")}` }] } },
      },
    });
  });

  it("gives the rolling update's limits as they were given", () => {
    const strategy = { kind: "rolling", maxSurge: 1, maxUnavailable: "10%" } as const;
    expect(buildPatch(deploymentRef, changeTo("b", { strategy }), "1").spec.strategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 1, maxUnavailable: "10%" },
    });
  });

  it("takes rollingUpdate away for recreate", () => {
    expect(buildPatch(deploymentRef, changeTo("b", { strategy: { kind: "recreate" } }), "1").spec.strategy).toEqual({
      type: "Recreate",
      rollingUpdate: null,
    });
  });

  it("lets every pod of a stateful set follow", () => {
    const { spec } = buildPatch(statefulSetRef, changeTo("b", { deadlineSeconds: 60 }), "1");
    expect(spec.updateStrategy).toEqual({ type: "RollingUpdate", rollingUpdate: { partition: 0 } });
    expect(spec).not.toHaveProperty("progressDeadlineSeconds");
  });
});
