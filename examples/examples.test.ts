import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parseDocuments } from "@/lib/config/parse";
import { examples, sandboxProjectFile } from "@/sandbox/project-files";
import { platforms } from "@/sandbox/seed-platforms";

const addresses = {
  registryUrl: "http://127.0.0.1:5001",
  metricsUrl: "http://127.0.0.1:9090",
  servicesUrl: "http://127.0.0.1:8080",
  kubeconfigPath: "/data/kubeconfig",
};

function projectOf(text: string) {
  const parsed = parseDocuments(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors, null, 2));
  return parsed.documents;
}

/** What is left of documents without their times and addresses; a freeze window in shadow is one. */
function shapeOf(documents: ReturnType<typeof projectOf>): unknown {
  const projects = documents.map((one) => (one.kind === "Project" ? one.project : one.connection.kind));
  return JSON.parse(JSON.stringify(projects), (key, value) => {
    if (/Ms$|^(url|text|access|username|password|shadow)$/.test(key)) return undefined;
    return value;
  });
}

describe.each(examples)("examples/%s", (example) => {
  it("is a valid project file, as it is and pointed to a sandbox", async () => {
    const original = projectOf(await readFile(`examples/${example}/waybill.yaml`, "utf8"));
    const text = await sandboxProjectFile(example, addresses);
    const pointed = projectOf(text);
    expect(pointed).toHaveLength(original.length);
    expect(text).not.toContain("https://registry");
    expect(text).toContain("file:/data/kubeconfig");
    expect(text).toContain("http://127.0.0.1:9090");
    // Nothing is left that a demo would wait for; the window of an objective is none.
    const spans = [...text.matchAll(/\b(?:for|window|watch|keepOldFor): "?(\d+)([smh])/g)];
    expect(spans.length).toBeGreaterThan(3);
    for (const [span, count, unit] of spans) {
      expect(Number(count) * (unit === "s" ? 1 : 60), span).toBeLessThanOrEqual(120);
    }
    expect(text).toContain("http://127.0.0.1:8080/{namespace}/{workload}/health");
  });

  it("with its times compressed has the same steps, shares, metrics, limits, triggers and gates", async () => {
    const original = projectOf(await readFile(`examples/${example}/waybill.yaml`, "utf8"));
    const compressed = projectOf(await sandboxProjectFile(example, addresses, 7200));
    expect(shapeOf(compressed)).toEqual(shapeOf(original));
  });

  it("names the repositories and workloads that the sandbox has", async () => {
    const text = await readFile(`examples/${example}/waybill.yaml`, "utf8");
    const platform = platforms.find(({ name }) => name === example);
    for (const { name, repository, workload, container, routedIn } of platform?.services ?? []) {
      expect(text).toContain(`- name: ${name}\n`);
      expect(text).toContain(`repository: ${repository} }`);
      for (const { name: environment, namespace, colours } of platform?.environments ?? []) {
        const where = `namespace: ${namespace}, deployment: ${workload}, container: ${container}`;
        const coloured = routedIn !== environment && (colours === true || colours?.includes(name));
        expect(text).toContain(coloured ? `${where}, service: ${workload} }` : `${where} }`);
      }
    }
    expect(platform?.services.length).toBeGreaterThan(2);
  });
});
