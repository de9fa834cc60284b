import { parseArgs } from "node:util";
import { buildImage, type Fault, faults } from "./images";
import { pushImage } from "./push-image";

const usage = `usage: tsx sandbox/push.ts --registry HOST:PORT --repository NAME --tag TAG
  [--fault ${faults.join("|")}] [--revision COMMIT] [--version V] [--source URL] [--created ISO] [--content TEXT]
Builds a tiny image, pushes it over HTTP and prints repository@digest.
REGISTRY_USER and REGISTRY_PASSWORD are sent (Basic) where they are set.`;

function isFault(text: string): text is Fault {
  return (faults as readonly string[]).includes(text);
}

async function main(): Promise<void> {
  const option = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      registry: option,
      repository: option,
      tag: option,
      fault: option,
      revision: option,
      version: option,
      source: option,
      created: option,
      content: option,
    },
  });
  const { registry, repository, tag, fault } = values;
  if (registry === undefined || repository === undefined || tag === undefined) throw new Error(usage);
  if (fault !== undefined && !isFault(fault)) throw new Error(`--fault ${fault}: allowed are ${faults.join(", ")}`);
  const image = buildImage({
    content: values.content ?? `${repository}:${tag} ${values.revision ?? ""}`,
    revision: values.revision,
    version: values.version ?? tag,
    source: values.source,
    created: values.created,
    fault,
  });
  const { REGISTRY_USER: user, REGISTRY_PASSWORD: password } = process.env;
  const digest = await pushImage(image, {
    registryUrl: registry.includes("://") ? registry : `http://${registry}`,
    repository,
    tag,
    authorization: user && password ? `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` : undefined,
  });
  console.log(`${repository}@${digest}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
