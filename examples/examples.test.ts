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

describe.each(examples)("examples/%s", (example) => {
  it("is a valid project file, as it is and pointed to a sandbox", async () => {
    const original = projectOf(await readFile(`examples/${example}/waybill.yaml`, "utf8"));
    const text = await sandboxProjectFile(example, addresses);
    const pointed = projectOf(text);
    expect(pointed).toHaveLength(original.length);
    expect(text).not.toContain("https://registry");
    expect(text).toContain("file:/data/kubeconfig");
    expect(text).toContain("http://127.0.0.1:9090");
    expect(text).toContain("window: 5s");
    expect(text).not.toMatch(/window: \d+m/);
    expect(text).toContain("http://127.0.0.1:8080/{namespace}/{workload}/health");
    expect(text).toContain("http://127.0.0.1:8080/{namespace}/{workload}/ready");
  });

  it("names the repositories and workloads that the sandbox has", async () => {
    const text = await readFile(`examples/${example}/waybill.yaml`, "utf8");
    const platform = platforms.find(({ name }) => name === example);
    for (const { name, repository, workload, container } of platform?.services ?? []) {
      expect(text).toContain(`- name: ${name}\n`);
      expect(text).toContain(`repository: ${repository} }`);
      for (const { namespace, colours } of platform?.environments ?? []) {
        const where = `namespace: ${namespace}, deployment: ${workload}, container: ${container}`;
        expect(text).toContain(colours ? `${where}, service: ${workload} }` : `${where} }`);
      }
    }
    expect(platform?.services.length).toBeGreaterThan(3);
  });
});
