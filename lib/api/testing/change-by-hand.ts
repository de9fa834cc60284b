import { sql } from "@/lib/db/sql";
import type { DemoWorld, services } from "@/lib/engine/testing/demo-world";
import { buildImage } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

type ServiceName = (typeof services)[number];

/** Pushes an image that nobody announces; its digest. */
export async function pushUnannounced({ sandbox }: DemoWorld, service: ServiceName, version: string): Promise<string> {
  const { registryUrl } = sandbox;
  const image = buildImage({ content: `${service} ${version}`, version, revision: "4f1c2d3e5a6b7c8d9e0f" });
  return pushImage(image, { registryUrl, repository: `demo-${service}`, tag: version });
}

/** What somebody with kubectl does: sets a deployment's image without a word to Waybill. */
export async function setImageByHand(
  { sandbox }: DemoWorld,
  service: ServiceName,
  environment: string,
  digest: string,
): Promise<void> {
  const image = `${sandbox.registryHost}/demo-${service}@${digest}`;
  const path = `/apis/apps/v1/namespaces/demo-${environment}/deployments/${service}`;
  const answer = await fetch(`${sandbox.clusterUrl}${path}`, {
    method: "PATCH",
    headers: {
      authorization: `Bearer ${sandbox.tokens.admin}`,
      "content-type": "application/strategic-merge-patch+json",
    },
    body: JSON.stringify({ spec: { template: { spec: { containers: [{ name: service, image }] } } } }),
  });
  if (!answer.ok) throw new Error(`PATCH ${path}: ${answer.status} ${await answer.text()}`);
}

/** Resolves once the observer has recorded that a deployment drifted to `digest`, and that its pods run it. */
export async function driftSeen(
  { pool }: DemoWorld,
  service: ServiceName,
  environment: string,
  digest: string,
): Promise<void> {
  const end = performance.now() + 90_000;
  for (;;) {
    const [row] = await pool.query<{ digest: string | null; runs: string | null }>(
      sql`select drift_digest as digest, observed_digest as runs from deployment
           where project = 'demo' and service = ${service} and environment = ${environment}`,
    );
    if (row?.digest === digest && row.runs === digest) return;
    if (performance.now() > end) throw new Error(`${service} in ${environment} drifted to ${row?.digest ?? "nothing"}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
