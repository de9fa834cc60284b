import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import { BareApi, kubeconfigWithUser } from "@/lib/adapters/kubernetes/testing/bare-api";
import type { ClusterUnderTest } from "@/lib/adapters/kubernetes/testing/contract-fixture";
import { installRouteKinds } from "@/lib/adapters/kubernetes/testing/custom-resources";
import { type Behaviour, playKubelet } from "@/lib/adapters/kubernetes/testing/play-kubelet";
import type { Digest } from "@/lib/pipeline/release/digest";

const user = process.env.WAYBILL_TEST_USER ?? "waybill";

interface Manifest {
  kind: string;
  metadata: { name: string };
  subjects?: object[];
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

export function rbac(): Manifest[] {
  const documents = parseAllDocuments(readFileSync("deploy/rbac.yaml", "utf8"));
  return documents.map((document) => document.toJS() as Manifest);
}

/** As text with absolute paths, so that it can be used and changed away from its place. */
function readKubeconfig(file: string): string {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config.exportConfig();
}

export const adminKubeconfig = readKubeconfig(process.env.KUBECONFIG ?? "");
export const limitedKubeconfig = process.env.WAYBILL_TEST_KUBECONFIG
  ? readKubeconfig(process.env.WAYBILL_TEST_KUBECONFIG)
  : kubeconfigWithUser(adminKubeconfig, { as: user }, true);

export async function createNamespace(admin: BareApi, suffix = ""): Promise<string> {
  const name = `waybill-test-${randomBytes(4).toString("hex")}${suffix}`;
  await admin.must("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return name;
}

/** Applies deploy/rbac.yaml as it stands, with the test's user as one more subject. */
export async function grant(admin: BareApi, namespace: string): Promise<void> {
  const subject = { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user };
  for (const manifest of rbac()) {
    const plural = `${manifest.kind.toLowerCase()}s`;
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/${plural}/${manifest.metadata.name}`;
    await admin.apply(path, manifest.subjects ? { ...manifest, subjects: [...manifest.subjects, subject] } : manifest);
  }
}

export async function startRealCluster(): Promise<ClusterUnderTest> {
  const admin = new BareApi(adminKubeconfig);
  await installRouteKinds(admin);
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
