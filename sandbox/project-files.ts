import { readFile } from "node:fs/promises";
import { type Document, isMap, isSeq, parseAllDocuments, type YAMLMap } from "yaml";

export const examples = ["veza", "miniredis"] as const;
export type Example = (typeof examples)[number];

/** Where a sandbox listens and keeps its kubeconfig; a Sandbox is one. */
export interface SandboxAddresses {
  registryUrl: string;
  metricsUrl: string;
  servicesUrl: string;
  kubeconfigPath: string;
}

/**
 * The text of `examples/<name>/waybill.yaml` with its connections and checks pointed to a sandbox, and with times that
 * suit a demo: soak 20 s, watch 10 s, a check for 5 s, a window 5 s, a metric or trigger for 3 s, a rollout within 1 min, an
 * old colour kept for 1 min, signals every 10 s, a canary's shares for 10 s each and looked at every 2 s. People, gates and
 * targets stay as they are.
 */
export async function sandboxProjectFile(example: Example, sandbox: SandboxAddresses): Promise<string> {
  const text = await readFile(new URL(`../examples/${example}/waybill.yaml`, import.meta.url), "utf8");
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) throw new Error(`examples/${example}/waybill.yaml is empty`);
  for (const document of documents) {
    if (document.get("kind") === "Connection") pointConnection(document, sandbox);
    else shortenProject(document, sandbox);
  }
  const [first] = documents;
  if (first?.commentBefore) {
    const [title] = first.commentBefore.split("\n The addresses");
    first.commentBefore = `${title}\n Pointed to the sandbox, with times that suit a demo.`;
  }
  return documents.map((document) => document.toString({ lineWidth: 0 })).join("");
}

/** The new colour is tried on the sandbox's preview Service; the old one stays up for a minute. */
function shortenColours(environment: YAMLMap, sandbox: SandboxAddresses): void {
  const place = ["strategy", "blueGreen"];
  if (!environment.hasIn(place)) return;
  const tests = environment.getIn([...place, "smoke"]);
  for (const test of isSeq(tests) ? tests.items : []) {
    if (isMap(test)) test.set("url", `${sandbox.servicesUrl}/{namespace}/{previewService}/ready`);
  }
  for (const [key, time] of Object.entries({ watch: "10s", keepOldFor: "1m", deadline: "1m" })) {
    environment.setIn([...place, key], time);
  }
}

function pointConnection(document: Document, sandbox: SandboxAddresses): void {
  if (document.hasIn(["spec", "registry"])) document.setIn(["spec", "registry"], { url: sandbox.registryUrl });
  if (document.hasIn(["spec", "prometheus"])) document.setIn(["spec", "prometheus"], { url: sandbox.metricsUrl });
  if (document.hasIn(["spec", "kubernetes"])) {
    document.setIn(["spec", "kubernetes"], { kubeconfig: `file:${sandbox.kubeconfigPath}` });
  }
}

function shortenProject(document: Document, sandbox: SandboxAddresses): void {
  const environments = document.getIn(["spec", "environments"]);
  if (!isSeq(environments)) throw new Error("the example has no environments");
  if (document.hasIn(["spec", "signals", "every"])) document.setIn(["spec", "signals", "every"], "10s");
  const services = document.getIn(["spec", "services"]);
  for (const service of isSeq(services) ? services.items : []) {
    const targets = isMap(service) ? service.get("targets") : undefined;
    for (const { value } of isMap(targets) ? targets.items : []) {
      if (isMap(value) && value.hasIn(["strategy", "canary"])) shortenCanary(value);
    }
  }
  for (const environment of environments.items) {
    if (!isMap(environment)) continue;
    for (const kind of ["health", "smoke"]) {
      const checks = environment.getIn(["verification", kind]);
      for (const check of isSeq(checks) ? checks.items : []) {
        if (!isMap(check)) continue;
        const endpoint = /\/(\w+)$/.exec(String(check.get("url")))?.[1];
        check.set("url", `${sandbox.servicesUrl}/{namespace}/{workload}/${endpoint}`);
        if (check.has("for")) check.set("for", "5s");
      }
    }
    for (const list of ["metrics", "rollBackWhen"]) {
      const measured = environment.getIn(["verification", list]);
      for (const one of isSeq(measured) ? measured.items : []) {
        if (!isMap(one)) continue;
        if (one.has("window")) one.set("window", "5s");
        if (one.has("for")) one.set("for", "3s");
      }
    }
    if (environment.hasIn(["verification", "watch"])) environment.setIn(["verification", "watch"], "10s");
    for (const strategy of ["rolling", "recreate"]) {
      if (environment.hasIn(["strategy", strategy])) environment.setIn(["strategy", strategy, "deadline"], "1m");
    }
    shortenColours(environment, sandbox);
    const gates = environment.get("gates");
    for (const gate of isSeq(gates) ? gates.items : []) {
      if (isMap(gate) && gate.has("soak")) gate.setIn(["soak", "for"], "20s");
    }
  }
}

function shortenCanary(target: YAMLMap): void {
  const at = (...path: string[]) => ["strategy", "canary", ...path];
  const each = (path: string[], change: (item: YAMLMap) => void) => {
    const list = target.getIn(at(...path));
    for (const item of isSeq(list) ? list.items : []) if (isMap(item)) change(item);
  };
  each(["steps"], (step) => step.set("for", "10s"));
  each(["analysis", "metrics"], (metric) => metric.set("window", "5s"));
  each(["rollBackWhen"], (trigger) => trigger.has("for") && trigger.set("for", "4s"));
  target.setIn(at("analysis", "every"), "2s");
  target.setIn(at("analysis", "deadline"), "1m");
  target.setIn(at("deadline"), "1m");
}
