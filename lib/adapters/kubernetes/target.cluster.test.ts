import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { describeKubernetesTarget } from "@/lib/adapters/kubernetes/target.contract";
import { BareApi, kubeconfigWithUser } from "@/lib/adapters/kubernetes/testing/bare-api";
import type { ClusterUnderTest } from "@/lib/adapters/kubernetes/testing/contract-fixture";
import { type Behaviour, playKubelet } from "@/lib/adapters/kubernetes/testing/play-kubelet";
import type { Digest } from "@/lib/pipeline/release/digest";

const user = process.env.WAYBILL_TEST_USER ?? "waybill";

interface Manifest {
  kind: string;
  metadata: { name: string };
  subjects?: object[];
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

function rbac(): Manifest[] {
  const documents = parseAllDocuments(readFileSync("deploy/rbac.yaml", "utf8"));
  return documents.map((document) => document.toJS() as Manifest);
}

/** As text with absolute paths, so that it can be used and changed away from its place. */
function readKubeconfig(file: string): string {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config.exportConfig();
}

const adminKubeconfig = readKubeconfig(process.env.KUBECONFIG ?? "");
const limitedKubeconfig = process.env.WAYBILL_TEST_KUBECONFIG
  ? readKubeconfig(process.env.WAYBILL_TEST_KUBECONFIG)
  : kubeconfigWithUser(adminKubeconfig, { as: user }, true);

async function createNamespace(admin: BareApi, suffix = ""): Promise<string> {
  const name = `waybill-test-${randomBytes(4).toString("hex")}${suffix}`;
  await admin.must("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return name;
}

/** Applies deploy/rbac.yaml as it stands, with the test's user as one more subject. */
async function grant(admin: BareApi, namespace: string): Promise<void> {
  const subject = { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user };
  for (const manifest of rbac()) {
    const plural = `${manifest.kind.toLowerCase()}s`;
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/${plural}/${manifest.metadata.name}`;
    await admin.apply(path, manifest.subjects ? { ...manifest, subjects: [...manifest.subjects, subject] } : manifest);
  }
}

async function start(): Promise<ClusterUnderTest> {
  const admin = new BareApi(adminKubeconfig);
  const namespace = await createNamespace(admin);
  const closed = await createNamespace(admin, "-closed");
  await grant(admin, namespace);
  const behaviours = new Map<string, Behaviour>();
  const kubelet = playKubelet(admin, namespace, (image) => behaviours.get(image) ?? "up");
  return {
    kubeconfig: limitedKubeconfig,
    adminKubeconfig,
    namespace,
    forbidden: { kubeconfig: limitedKubeconfig, namespace: closed },
    async image(behaviour) {
      const image = "registry.test:5000/veza/backend";
      const digest = `sha256:${randomBytes(32).toString("hex")}` as Digest;
      behaviours.set(`${image}@${digest}`, behaviour);
      return { image, digest };
    },
    async close() {
      for (const name of [namespace, closed]) await admin.call("DELETE", `/api/v1/namespaces/${name}`);
      await kubelet.stop();
    },
  };
}

describeKubernetesTarget("a real cluster", { start, validatesSpecs: true });

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
