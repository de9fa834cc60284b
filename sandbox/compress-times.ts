import { type Document, isMap, isPair, isScalar, isSeq, type Node, visit, type YAMLMap } from "yaml";

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** Spans of strategies and checks. */
const spans: ReadonlySet<unknown> = new Set(["for", "window", "watch", "keepOldFor", "every", "within"]);
/** The sandbox's pods need some seconds, however much faster everything else goes. */
const deadline = "1m";

/** A duration of the project file, `times` shorter, in whole seconds and never less than one. */
function shorter(text: string, times: number): string {
  const [, count, unit = "s"] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined) return text;
  const seconds = Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
  return `${Math.max(1, Math.ceil(seconds / times))}s`;
}

/**
 * Makes every span of a Project document's strategies, checks and soaks `times` shorter, and every deadline a minute.
 * Freeze windows are judged in shadow, so that it runs on any day. Nothing else changes: the same steps, shares, metrics,
 * limits, triggers and gates.
 */
export function compressTimes(project: Document, times: number): void {
  const compress = (node: unknown) => {
    if (isMap(node) || isSeq(node)) compressBelow(node, times);
  };
  for (const environment of itemsOf(project, ["spec", "environments"])) {
    compress(environment.get("strategy", true));
    compress(environment.get("verification", true));
    const gates = environment.get("gates");
    for (const gate of isSeq(gates) ? gates.items : []) {
      if (!isMap(gate)) continue;
      compress(gate.get("soak", true));
      if (gate.has("freeze")) gate.set("shadow", true);
    }
  }
  for (const service of itemsOf(project, ["spec", "services"])) {
    const targets = service.get("targets");
    for (const { value } of isMap(targets) ? targets.items : [])
      if (isMap(value)) compress(value.get("strategy", true));
  }
}

function itemsOf(document: Document, path: string[]): YAMLMap[] {
  const list = document.getIn(path);
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

function compressBelow(node: Node, times: number): void {
  visit(node, {
    Pair(_, pair) {
      if (!isPair(pair) || !isScalar(pair.key) || !isScalar(pair.value) || typeof pair.value.value !== "string") return;
      if (spans.has(pair.key.value)) pair.value.value = shorter(pair.value.value, times);
      if (pair.key.value === "deadline") pair.value.value = deadline;
    },
  });
}
