import { describe, expect, it } from "vitest";
import { slimWorkload } from "@/lib/adapters/kubernetes/objects";
import { configOf } from "@/lib/adapters/kubernetes/pod-config";

interface Change {
  metadata?: object;
  pod?: object;
  container?: object;
  sidecar?: object;
  spec?: object;
}

function configWith({ metadata, pod, container, sidecar, spec }: Change = {}) {
  const workload = slimWorkload("deployment", {
    metadata: { name: "backend", annotations: { "waybill.dev/generation": "3" } },
    spec: {
      replicas: 3,
      template: {
        metadata: { labels: { app: "backend", version: "blue" }, annotations: { team: "core" }, ...metadata },
        spec: {
          containers: [
            { name: "backend", image: "r/backend@sha256:aa", env: [{ name: "MODE", value: "fast" }], ...container },
            { name: "proxy", image: "r/proxy:1", ...sidecar },
          ],
          ...pod,
        },
      },
      ...spec,
    },
  });
  return configOf(workload, "backend", "version");
}

describe("the configuration of a workload", () => {
  const same: [string, Change][] = [
    ["the image that is deployed", { container: { image: "r/backend@sha256:bb" } }],
    ["the colour", { metadata: { labels: { app: "backend", version: "green" } } }],
    ["the order of keys", { metadata: { annotations: { team: "core" }, labels: { version: "blue", app: "backend" } } }],
    ["a restart", { metadata: { annotations: { team: "core", "kubectl.kubernetes.io/restartedAt": "2026-01-01" } } }],
    ["the number of pods", { spec: { replicas: 9 } }],
  ];
  it.each(same)("stays the same with another %s", (_, change) => {
    expect(configWith(change).hash).toBe(configWith().hash);
  });

  const other: [string, Change][] = [
    ["variable", { container: { env: [{ name: "MODE", value: "slow" }] } }],
    ["limit", { container: { resources: { limits: { memory: "1Gi" } } } }],
    ["sidecar's image", { sidecar: { image: "r/proxy:2" } }],
    ["label", { metadata: { labels: { app: "backend", tier: "web", version: "blue" } } }],
    ["annotation", { metadata: { annotations: { team: "other" } } }],
    ["volume", { pod: { volumes: [{ name: "tmp", emptyDir: {} }] } }],
    ["account", { pod: { serviceAccountName: "other" } }],
  ];
  it.each(other)("is another one with another %s", (_, change) => {
    expect(configWith(change).hash).not.toBe(configWith().hash);
  });

  it("names what the pods read beside it, and never what is in there", () => {
    const { reads } = configWith({
      container: {
        env: [
          { name: "A", valueFrom: { configMapKeyRef: { name: "flags", key: "a" } } },
          { name: "B", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
          { name: "C", value: "a literal" },
        ],
        envFrom: [{ configMapRef: { name: "app" } }, { secretRef: { name: "db" } }],
      },
      pod: {
        volumes: [
          { name: "v1", configMap: { name: "files" } },
          { name: "v2", secret: { secretName: "tls" } },
          { name: "v3", projected: { sources: [{ configMap: { name: "ca" } }, { secret: { name: "token" } }] } },
          { name: "v4", persistentVolumeClaim: { claimName: "uploads" } },
        ],
      },
      spec: { volumeClaimTemplates: [{ metadata: { name: "data" } }] },
    });
    expect(reads).toEqual({
      configMaps: ["app", "ca", "files", "flags"],
      secrets: ["db", "tls", "token"],
      volumeClaims: ["data", "uploads"],
    });
  });
});
