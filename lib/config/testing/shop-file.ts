/** A small valid project file for tests; `shopFileWith` changes one place of it. */
export const shopFile = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: registry }
spec:
  projects: [shop]
  registry:
    url: https://registry.example.com
    username: env:REGISTRY_USER
    password: file:/run/secrets/registry
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: cluster }
spec:
  projects: [shop]
  kubernetes: { kubeconfig: "file:/etc/waybill/shop.kubeconfig" }
---
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: shop, title: The Shop }
spec:
  people:
    - { group: shop-release, role: releaseManager }
    - { group: shop-approvers, role: approver, environments: [production] }
    - { email: Ana@example.com, role: administrator }
  environments:
    - name: staging
      tag: staging
    - name: production
      tag: prod
      requires: { all: [staging] }
      gates:
        - approval: { count: 2, from: [shop-approvers], expiresAfter: 24h }
        - soak: { in: staging, for: 2h }
      strategy: { rolling: { maxSurge: 1, maxUnavailable: 0, deadline: 5m } }
      verification:
        health: [{ url: "https://{service}.example.com/health", for: 30s }]
        smoke: [{ url: "https://{service}.example.com/ready", status: 204, jsonPath: "$.checks[0].state", equals: ok }]
        watch: 15m
      onFailure: hold
      queue: newest
  services:
    - name: api
      image: { connection: registry, repository: shop/api }
      source: { repository: "https://git.example.com/shop", path: services/api }
      targets:
        staging: { kubernetes: { connection: cluster, namespace: shop-staging, deployment: api, container: api } }
        production: { kubernetes: { connection: cluster, namespace: shop, deployment: api, container: api } }
    - name: search
      image: { connection: registry, repository: shop/search }
      targets:
        staging: { kubernetes: { connection: cluster, namespace: shop-staging, statefulSet: search, container: search } }
        production:
          kubernetes: { connection: cluster, namespace: shop, statefulSet: search, container: search }
          strategy: { rolling: { maxUnavailable: 25%, deadline: 20m } }
`;

/** The file with `from` replaced by `to`; throws where `from` does not occur, so that no test passes by accident. */
export function shopFileWith(from: string, to: string): string {
  if (!shopFile.includes(from)) throw new Error(`the shop's file has no ${JSON.stringify(from)}`);
  return shopFile.replace(from, () => to);
}
