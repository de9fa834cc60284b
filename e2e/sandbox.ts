import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import type { SeedList, SeedService } from "@/sandbox/seed-list";
import { runningProduct } from "./product";

/** Reads and changes the sandbox behind Waybill's back, as somebody with the cluster's own tools would. */

const manifestTypes = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";

interface DeploymentObject {
  metadata: { annotations?: Record<string, string> };
  spec: { replicas: number; template: { spec: { containers: { name: string; image: string }[] } } };
}

/** Calls the cluster's API as its administrator. Throws on any answer that is not a success. */
export async function cluster<Answer = unknown>(
  method: "GET" | "POST" | "PATCH",
  where: string,
  body?: unknown,
): Promise<Answer> {
  const { clusterUrl, adminKubeconfigPath } = runningProduct().sandbox;
  const config = JSON.parse(readFileSync(adminKubeconfigPath, "utf8")) as { users: { user: { token: string } }[] };
  const type = method === "PATCH" ? "application/strategic-merge-patch+json" : "application/json";
  const answer = await fetch(`${clusterUrl}${where}`, {
    method,
    headers: { authorization: `Bearer ${config.users[0]?.user.token}`, "content-type": type },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

const deploymentPath = (namespace: string, workload: string) =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${workload}`;

/** The digest that a Deployment's only container asks for. */
export async function deployedDigest(namespace: string, workload: string): Promise<string | undefined> {
  const deployment = await cluster<DeploymentObject>("GET", deploymentPath(namespace, workload));
  return deployment.spec.template.spec.containers[0]?.image.split("@")[1];
}

/** The labels of the pods that take a workload's traffic: what its Service selects, or app=<workload> without one. */
async function servingLabels(namespace: string, workload: string): Promise<Record<string, string>> {
  const services = await cluster<{
    items: { metadata: { name: string }; spec: { selector: Record<string, string> } }[];
  }>("GET", `/api/v1/namespaces/${namespace}/services`);
  return services.items.find((one) => one.metadata.name === workload)?.spec.selector ?? { app: workload };
}

/** The digests of the images that the ready pods run which take a workload's traffic. */
export async function runningDigests(namespace: string, workload: string): Promise<string[]> {
  const labels = Object.entries(await servingLabels(namespace, workload)).map(([key, value]) => `${key}=${value}`);
  const pods = await cluster<{
    items: { status: { containerStatuses?: { ready: boolean; imageID: string }[] } }[];
  }>("GET", `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labels.join(","))}`);
  const ready = pods.items.flatMap((pod) => (pod.status.containerStatuses ?? []).filter((one) => one.ready));
  return [...new Set(ready.map((one) => one.imageID.split("@")[1] ?? one.imageID))];
}

/** Changes a Deployment's image by hand, as `kubectl set image` does. */
export async function setImageByHand(
  namespace: string,
  workload: string,
  container: string,
  image: string,
): Promise<void> {
  const template = { spec: { containers: [{ name: container, image }] } };
  await cluster("PATCH", deploymentPath(namespace, workload), { spec: { template } });
}

/** The digest that a tag of the sandbox's registry points to. */
export async function taggedDigest(repository: string, tag: string): Promise<string | null> {
  const { registryUrl } = runningProduct().sandbox;
  const answer = await fetch(`${registryUrl}/v2/${repository}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: manifestTypes },
  });
  return answer.headers.get("docker-content-digest");
}

/** A service of the seed, with every image it began with. */
export async function seededService(project: string, service: string): Promise<SeedService> {
  const { servicesUrl } = runningProduct().sandbox;
  const seed = (await (await fetch(`${servicesUrl}/sandbox/seed`)).json()) as SeedList;
  const found = seed.projects.find((one) => one.name === project)?.services.find((one) => one.name === service);
  if (!found) throw new Error(`the seed has no ${project} ${service}`);
  return found;
}

/** The digest under which a version of a seeded service was built. */
export async function seededDigest(project: string, service: string, version: string): Promise<string> {
  const image = (await seededService(project, service)).images.find((one) => one.tags.includes(version));
  if (!image) throw new Error(`the seed has no ${project} ${service} ${version}`);
  return image.digest;
}

/** Holds once the workload's pods run this digest and no other. */
export async function expectRunning(namespace: string, workload: string, digest: string): Promise<void> {
  await expect.poll(() => runningDigests(namespace, workload), { timeout: 120_000 }).toEqual([digest]);
}
