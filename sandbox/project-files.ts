import { readFile } from "node:fs/promises";
import { type Document, isMap, isSeq, parseAllDocuments, type YAMLMap } from "yaml";
import { compressTimes } from "./compress-times";

export const examples = ["veza", "miniredis", "mosaic", "madbase", "antigravity"] as const;
export type Example = (typeof examples)[number];

/** Where a sandbox listens and keeps its kubeconfig; a Sandbox is one. */
export interface SandboxAddresses {
  registryUrl: string;
  metricsUrl: string;
  servicesUrl: string;
  kubeconfigPath: string;
}

/** So many times faster than written go those that the demo shows only where it is asked to: an hour is ten seconds. */
const timesFasterUsual = 360;
const toldByHand: ReadonlySet<Example> = new Set<Example>(["veza", "miniredis"]);

/**
 * The text of `examples/<name>/waybill.yaml` with its connections and checks pointed to a sandbox. With `timesFaster` every
 * span is so many times shorter, one second at least (compressTimes). Without it veza and miniredis have times that suit a
 * demo: soak 20 s, watch 10 s, a check for 5 s, a window 5 s, a metric or trigger for 3 s, a rollout within 1 min, an
 * old colour kept for 1 min, signals every 10 s, a canary's shares for 10 s each and looked at every 2 s. People, gates and
 * targets stay as they are.
 */
export async function sandboxProjectFile(
  example: Example,
  sandbox: SandboxAddresses,
  timesFaster = toldByHand.has(example) ? undefined : timesFasterUsual,
): Promise<string> {
  const text = await readFile(new URL(`../examples/${example}/waybill.yaml`, import.meta.url), "utf8");
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) throw new Error(`examples/${example}/waybill.yaml is empty`);
  for (const document of documents) {
    if (document.get("kind") === "Connection") pointConnection(document, sandbox);
    else {
      pointProject(document, sandbox);
      if (timesFaster === undefined) shortenProject(document);
      else compressTimes(document, timesFaster);
    }
  }
  const [first] = documents;
  if (first?.commentBefore) {
    const [title] = first.commentBefore.split("\n The addresses");
    first.commentBefore = `${title}\n Pointed to the sandbox, with times that suit a demo.`;
  }
  return documents.map((document) => document.toString({ lineWidth: 0 })).join("");
}

function pointConnection(document: Document, sandbox: SandboxAddresses): void {
  if (document.hasIn(["spec", "registry"])) document.setIn(["spec", "registry"], { url: sandbox.registryUrl });
  for (const kind of ["prometheus", "alertmanager"]) {
    if (document.hasIn(["spec", kind])) document.setIn(["spec", kind], { url: sandbox.metricsUrl });
  }
  if (document.hasIn(["spec", "kubernetes"])) {
    document.setIn(["spec", "kubernetes"], { kubeconfig: `file:${sandbox.kubeconfigPath}` });
  }
}

function mapsAt(node: Document | YAMLMap, path: string[]): YAMLMap[] {
  const list = node.getIn(path);
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

function targetsOf(document: Document): YAMLMap[] {
  return mapsAt(document, ["spec", "services"]).flatMap((service) => {
    const targets = service.get("targets");
    return isMap(targets) ? targets.items.flatMap(({ value }) => (isMap(value) ? [value] : [])) : [];
  });
}

/** Checks ask the sandbox's pods, and the new colour is tried on its preview Service. */
function pointProject(document: Document, sandbox: SandboxAddresses): void {
  const environments = mapsAt(document, ["spec", "environments"]);
  if (environments.length === 0) throw new Error("the example has no environments");
  if (document.hasIn(["spec", "signals", "every"])) document.setIn(["spec", "signals", "every"], "10s");
  for (const check of environments.flatMap((one) =>
    ["health", "smoke"].flatMap((kind) => mapsAt(one, ["verification", kind])),
  )) {
    const endpoint = /\/(\w+)$/.exec(String(check.get("url")))?.[1];
    check.set("url", `${sandbox.servicesUrl}/{namespace}/{workload}/${endpoint}`);
  }
  for (const place of [...environments, ...targetsOf(document)]) {
    for (const test of mapsAt(place, ["strategy", "blueGreen", "smoke"]))
      test.set("url", `${sandbox.servicesUrl}/{namespace}/{previewService}/ready`);
  }
}

function shortenProject(document: Document): void {
  for (const target of targetsOf(document)) if (target.hasIn(["strategy", "canary"])) shortenCanary(target);
  for (const environment of mapsAt(document, ["spec", "environments"])) {
    for (const kind of ["health", "smoke"])
      for (const check of mapsAt(environment, ["verification", kind])) if (check.has("for")) check.set("for", "5s");
    for (const list of ["metrics", "rollBackWhen"]) {
      for (const one of mapsAt(environment, ["verification", list])) {
        if (one.has("window")) one.set("window", "5s");
        if (one.has("for")) one.set("for", "3s");
      }
    }
    if (environment.hasIn(["verification", "watch"])) environment.setIn(["verification", "watch"], "10s");
    for (const strategy of ["rolling", "recreate"]) {
      if (environment.hasIn(["strategy", strategy])) environment.setIn(["strategy", strategy, "deadline"], "1m");
    }
    if (environment.hasIn(["strategy", "blueGreen"])) {
      for (const [key, time] of Object.entries({ watch: "10s", keepOldFor: "1m", deadline: "1m" }))
        environment.setIn(["strategy", "blueGreen", key], time);
    }
    for (const gate of mapsAt(environment, ["gates"])) if (gate.has("soak")) gate.setIn(["soak", "for"], "20s");
  }
}

function shortenCanary(target: YAMLMap): void {
  const at = (...path: string[]) => ["strategy", "canary", ...path];
  for (const step of mapsAt(target, at("steps"))) step.set("for", "10s");
  for (const metric of mapsAt(target, at("analysis", "metrics"))) metric.set("window", "5s");
  for (const trigger of mapsAt(target, at("rollBackWhen"))) if (trigger.has("for")) trigger.set("for", "4s");
  target.setIn(at("analysis", "every"), "2s");
  target.setIn(at("analysis", "deadline"), "1m");
  target.setIn(at("deadline"), "1m");
}
