import { describe, expect, it } from "vitest";
import { describeKubernetesTarget } from "@/lib/adapters/kubernetes/target.contract";
import { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import {
  adminKubeconfig,
  createNamespace,
  grant,
  limitedKubeconfig,
  rbac,
  startRealCluster,
} from "@/lib/adapters/kubernetes/testing/real-cluster";

// Its pods are played: no node has a log to give.
describeKubernetesTarget("a real cluster", { start: startRealCluster, validatesSpecs: true, logs: false });

describe("deploy/rbac.yaml on a real cluster", () => {
  it("grants what it says and nothing beside", { timeout: 30_000 }, async () => {
    const admin = new BareApi(adminKubeconfig);
    const namespace = await createNamespace(admin);
    try {
      await grant(admin, namespace);
      const review = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectRulesReview",
        spec: { namespace },
      };
      const limited = new BareApi(limitedKubeconfig);
      const answer = await limited.must("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", review);
      const { resourceRules } = answer.status as {
        resourceRules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
      };
      // Every signed-in user may ask what he may do.
      const own = resourceRules.filter(
        ({ apiGroups }) => !apiGroups.some((group) => /^(authorization|authentication)\./.test(group)),
      );
      const flat = (rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[]) =>
        rules
          .flatMap((rule) =>
            rule.apiGroups.flatMap((group) =>
              rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${group}/${resource}`)),
            ),
          )
          .sort();
      expect(flat(own)).toEqual(flat(rbac().flatMap(({ rules = [] }) => rules)));
    } finally {
      await admin.call("DELETE", `/api/v1/namespaces/${namespace}`);
    }
  });
});
