import type { DemoWorld } from "@/lib/engine/testing/demo-world";
import { buildImage, type Fault } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

/** Puts a suspended CronJob into an environment, whose pods print `log` and then do what `fault` says; replaces one of its name. */
export async function putCronJob(
  world: DemoWorld,
  environment: string,
  name: string,
  { fault, log = "ok 1" }: { fault?: Fault; log?: string } = {},
): Promise<void> {
  const { registryUrl } = world;
  const repository = "demo-tests";
  const image = buildImage({ content: `${name} ${fault} ${log}`, fault, labels: { "sandbox.log": log } });
  const digest = await pushImage(image, { registryUrl, repository, tag: name });
  const path = `/apis/batch/v1/namespaces/${world.namespace(environment)}/cronjobs`;
  await world.kubectl("DELETE", `${path}/${name}`).catch(() => undefined);
  const containers = [{ name: "tests", image: `${new URL(registryUrl).host}/${repository}@${digest}` }];
  const template = { metadata: { labels: { app: name } }, spec: { restartPolicy: "Never", containers } };
  await world.kubectl("POST", path, {
    metadata: { name },
    spec: { schedule: "0 0 31 2 *", suspend: true, jobTemplate: { spec: { backoffLimit: 0, template } } },
  });
}

/** The names of the Jobs in an environment. */
export async function jobsIn(world: DemoWorld, environment: string): Promise<string[]> {
  const { items } = await world.kubectl("GET", `/apis/batch/v1/namespaces/${world.namespace(environment)}/jobs`);
  return (items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
}
