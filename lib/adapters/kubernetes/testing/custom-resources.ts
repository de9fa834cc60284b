import type { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";

interface CustomKind {
  group: string;
  version?: string;
  plural: string;
  singular: string;
  kind: string;
  /** Whether its status is a subresource; it is where nothing is said. */
  status?: boolean;
}

const routeKinds: CustomKind[] = [
  { group: "gateway.networking.k8s.io", plural: "httproutes", singular: "httproute", kind: "HTTPRoute" },
  { group: "networking.istio.io", plural: "virtualservices", singular: "virtualservice", kind: "VirtualService" },
];

/** As little of a CustomResourceDefinition as its API needs: every field is kept, none is checked, none has a default. */
function definition({ group, version = "v1", plural, singular, kind, status = true }: CustomKind) {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      // The API keeps names under *.k8s.io for those whose review it can point to.
      annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api/pull/2997" },
    },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, singular, kind, listKind: `${kind}List` },
      versions: [
        { name: version, served: true, storage: true, schema, ...(status ? { subresources: { status: {} } } : {}) },
      ],
    },
  };
}

/** Teaches the cluster HTTPRoute and VirtualService, where it does not know them yet, and waits until it serves them. */
export function installRouteKinds(admin: BareApi): Promise<void> {
  return install(admin, routeKinds);
}

/** The same for Rollout and AnalysisRun of Argo Rollouts (argoproj/argo-rollouts, manifests/crds). */
export function installRolloutKinds(admin: BareApi): Promise<void> {
  const own = { group: "argoproj.io", version: "v1alpha1" };
  return install(admin, [
    { ...own, plural: "rollouts", singular: "rollout", kind: "Rollout" },
    { ...own, plural: "analysisruns", singular: "analysisrun", kind: "AnalysisRun", status: false },
  ]);
}

/** The same for Canary of Flagger (fluxcd/flagger, artifacts/flagger/crd.yaml). */
export function installCanaryKind(admin: BareApi): Promise<void> {
  const own = { group: "flagger.app", version: "v1beta1", plural: "canaries", singular: "canary", kind: "Canary" };
  return install(admin, [own]);
}

async function install(admin: BareApi, kinds: CustomKind[]): Promise<void> {
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const kind of kinds) {
    const { status } = await admin.call("POST", definitions, definition(kind));
    // 409: it knows the kind, or another file of tests has just taught it.
    if (status >= 300 && status !== 409) throw new Error(`POST ${definitions}: ${status}`);
    const list = `/apis/${kind.group}/${kind.version ?? "v1"}/${kind.plural}`;
    const deadline = performance.now() + 30_000;
    // Until it serves the kind, it answers in plain text.
    while ((await admin.send("GET", list)).status !== 200)
      if (performance.now() > deadline) throw new Error(`the cluster does not serve ${list}`);
  }
}
