import type { Selector } from "@/lib/adapters/kubernetes/objects";

/** The label that every pod of a canary carries and no stable one: metrics, people and the canary's selector go by it. */
export const trackLabel = "waybill.dev/track";
export const canaryTrack = "canary";

export type Labels = Record<string, string>;

/** The pods' labels and the selector of a canary, or everything that is missing for one, in words. */
export type CanaryLabels = { kind: "fit"; labels: Labels; selector: Labels } | { kind: "missing"; problems: string[] };

interface Services {
  stable: { name: string; selector: Labels };
  canary: { name: string; selector: Labels };
}

const selects = (selector: Labels, labels: Labels) =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);

const shown = (labels: Labels) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",") || "nothing";

function problemsOf(workload: string, template: Labels, labels: Labels, { stable, canary }: Services): string[] {
  const problems: string[] = [];
  if (!selects(stable.selector, template))
    problems.push(`Service ${stable.name} (${shown(stable.selector)}) does not select the pods of ${workload}`);
  if (Object.keys(canary.selector).length === 0)
    problems.push(`Service ${canary.name} selects nothing: give it the labels that the canary's pods are to carry`);
  else if (selects(canary.selector, template))
    problems.push(
      `Service ${canary.name} (${shown(canary.selector)}) selects the stable pods too: its selector needs a label of the canary's own, as track=canary`,
    );
  if (selects(stable.selector, labels))
    problems.push(
      `Service ${stable.name} (${shown(stable.selector)}) would select the canary's pods too: give the pod template of ${workload} and this Service's selector a label that the selector of Service ${canary.name} has with another value, as track=stable beside track=canary`,
    );
  return problems;
}

/**
 * The canary's pods carry the stable ones' labels with those of the canary Service's selector in their place, so that
 * each Service finds its own pods alone. Without Services (shares by number of pods) they stay selected as before.
 */
export function canaryLabels(
  workload: string,
  stable: { template: Labels; selector: Selector },
  services: Services | undefined,
): CanaryLabels {
  const labels: Labels = { ...stable.template, ...services?.canary.selector, [trackLabel]: canaryTrack };
  const problems = services ? problemsOf(workload, stable.template, labels, services) : [];
  const keys = Object.keys(stable.selector.matchLabels ?? {});
  if (keys.length === 0) problems.push(`the selector of ${workload} has no matchLabels to take the canary's from`);
  if (problems.length > 0) return { kind: "missing", problems };
  const own = Object.fromEntries(keys.map((key) => [key, labels[key] ?? ""]));
  return { kind: "fit", labels, selector: { ...own, [trackLabel]: canaryTrack } };
}
