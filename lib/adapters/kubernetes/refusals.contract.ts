import { describe, expect, it } from "vitest";
import { BareApi, kubeconfigWithUser } from "@/lib/adapters/kubernetes/testing/bare-api";
import { type ContractFixture, changeTo } from "@/lib/adapters/kubernetes/testing/contract-fixture";

/** The part of the contract that says what a cluster refuses, and how the adapter tells it. */
export function describeRefusals(fixture: () => ContractFixture): void {
  describe("what cannot be done", () => {
    it("to a workload that does not exist", async () => {
      const ref = fixture().refTo();
      const change = changeTo(await fixture().cluster.image("up"));
      const plan = await fixture().target.plan(ref, change);
      expect(plan).toMatchObject({ exists: false, alreadyApplied: false, fence: undefined });
      await expect(fixture().target.apply(ref, change, plan)).rejects.toMatchObject({ code: "notFound" });
      expect(await fixture().target.observe(ref)).toMatchObject({ exists: false });
    });

    it("to a workload deleted since the plan", async () => {
      const { ref } = await fixture().running();
      const change = changeTo(await fixture().cluster.image("up"));
      const plan = await fixture().target.plan(ref, change);
      await fixture().admin.must("DELETE", fixture().pathOf(ref));
      await expect(fixture().target.apply(ref, change, plan)).rejects.toMatchObject({ code: "notFound", status: 404 });
    });

    it("to a container that is not there", async () => {
      const { ref, first } = await fixture().running();
      const other = { ...ref, container: "api" };
      await expect(fixture().target.plan(other, changeTo(first))).rejects.toMatchObject({
        code: "misconfigured",
        message: expect.stringContaining('no container "api"; it has: app'),
      });
    });

    it("with a token that the cluster does not know", async () => {
      const stranger = fixture().targetAs(
        kubeconfigWithUser(fixture().cluster.kubeconfig, { token: "not-a-token-of-this-cluster" }, false),
      );
      const ref = fixture().refTo();
      await expect(stranger.check()).rejects.toMatchObject({ code: "unauthorized", retryable: false, status: 401 });
      await expect(stranger.observe(ref)).rejects.toMatchObject({ code: "unauthorized" });
      const observations = fixture().watch([ref], stranger);
      await observations.until(() => observations.troubles.length > 0, "the trouble");
      expect(observations.troubles[0]).toMatchObject({ code: "unauthorized" });
      expect(observations.all).toEqual([]);
    });

    it("in a namespace without the rights", async () => {
      const { kubeconfig, namespace } = fixture().cluster.forbidden;
      const outside = fixture().targetAs(kubeconfig);
      const ref = { ...fixture().refTo(), namespace };
      await expect(outside.observe(ref)).rejects.toMatchObject({
        code: "forbidden",
        retryable: false,
        status: 403,
        message: expect.stringContaining("is forbidden"),
      });
      await expect(outside.plan(ref, changeTo(await fixture().cluster.image("up")))).rejects.toMatchObject({
        code: "forbidden",
      });
      const observations = fixture().watch([ref], outside);
      await observations.until(() => observations.troubles.length > 0, "the trouble");
      expect(observations.troubles[0]).toMatchObject({ code: "forbidden" });
      expect(observations.all).toEqual([]);
    });
  });

  describe("the rights of deploy/rbac.yaml", () => {
    it("are enough for the check", async () => {
      await expect(fixture().target.check()).resolves.toBeUndefined();
    });

    it("let it delete, create or read nothing else", async () => {
      const { ref } = await fixture().running();
      const limited = new BareApi(fixture().cluster.kubeconfig);
      const core = `/api/v1/namespaces/${fixture().cluster.namespace}`;
      const apps = `/apis/apps/v1/namespaces/${fixture().cluster.namespace}`;
      const [pod] = (await fixture().target.observe(ref)).pods;
      const attempts: [string, string][] = [
        ["DELETE", fixture().pathOf(ref)],
        ["DELETE", `${core}/pods/${pod?.name}`],
        ["DELETE", `${apps}/deployments`],
        ["POST", `${core}/services`],
        ["DELETE", `${core}/services`],
        ["POST", `${apps}/statefulsets`],
        ["POST", `${core}/pods`],
        ["POST", "/api/v1/namespaces"],
        ["PUT", fixture().pathOf(ref)],
        ["PATCH", `${fixture().pathOf(ref)}/status`],
        ["PATCH", `${core}/pods/${pod?.name}`],
        ["GET", "/api/v1/namespaces"],
        ["GET", "/api/v1/pods"],
        ["GET", "/apis/apps/v1/deployments"],
      ];
      for (const [method, path] of attempts) {
        const body = method === "GET" || method === "DELETE" ? undefined : {};
        const type = method === "PATCH" ? "application/merge-patch+json" : undefined;
        const { status } = await limited.call(method, path, body, type);
        expect([method, path, status]).toEqual([method, path, 403]);
      }
    });
  });
}
