/** What the editor holds at first for a project that is not there yet; valid as it stands. */
export const newProjectText = `# Put your own names and addresses in. Secrets are references (env:NAME, file:/path), never values.
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: shop-registry }
spec:
  projects: [shop]
  registry:
    url: https://registry.example.com
    username: env:SHOP_REGISTRY_USER
    password: env:SHOP_REGISTRY_PASSWORD
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: shop-cluster }
spec:
  projects: [shop]
  kubernetes: { kubeconfig: "file:/etc/waybill/shop.kubeconfig" }
---
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: shop, title: Shop }
spec:
  people:
    - { group: shop-release, role: releaseManager }
    - { group: shop-approvers, role: approver, environments: [production] }
  environments:
    - name: staging
      tag: staging
    - name: production
      tag: prod
      requires: { all: [staging] }
      gates:
        - approval: { count: 1, from: [shop-approvers], expiresAfter: 24h }
  services:
    - name: web
      image: { connection: shop-registry, repository: shop/web }
      targets:
        staging: { kubernetes: { connection: shop-cluster, namespace: shop-staging, deployment: web, container: web } }
        production: { kubernetes: { connection: shop-cluster, namespace: shop, deployment: web, container: web } }
`;

/** The same for a connection. */
export const newConnectionText = `# References to secrets (env:NAME, file:/path), never values.
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: metrics }
spec:
  projects: [shop]
  prometheus: { url: https://prometheus.example.com }
`;
