import type { Principal } from "@/lib/auth/principal";
import { type GateInText, type PolicyInText, policyInText } from "@/lib/config/policy-in-text";
import type { Queryable } from "@/lib/db/sql";
import { gateConfig } from "@/lib/pipeline/policy/gate-config";
import { gateWords } from "@/lib/queries/policy-words";
import { loadProjectFile, type ProjectFileView } from "@/lib/queries/settings";

/** A gate as a form shows it: its configuration in the file's own form, and what it demands in words. */
export interface GateView extends GateInText {
  demand: string;
}

/** The gates of a text, and the names that they may use. */
export interface PolicyView {
  environments: (Omit<PolicyInText["environments"][number], "gates"> & { gates: GateView[] })[];
  slos: string[];
}

export interface PolicyPageView extends ProjectFileView {
  policy: PolicyView;
}

/** A project's file as it is now, with its gates for forms. Throws NotFound. */
export async function loadPolicy(
  db: Queryable,
  principal: Principal,
  project: string,
  now: string,
): Promise<PolicyPageView> {
  const file = await loadProjectFile(db, principal, project, now);
  return { ...file, policy: policyOf(file.text, project) };
}

/** The gates that a text has for a project, valid or not. */
export function policyOf(text: string, project: string): PolicyView {
  const { environments, slos } = policyInText(text, project) ?? { environments: [], slos: [] };
  return {
    environments: environments.map((one) => ({
      ...one,
      gates: one.gates.map((gate) => ({ ...gate, demand: demandOf(gate) })),
    })),
    slos,
  };
}

function demandOf({ item }: GateInText): string {
  const parsed = gateConfig.safeParse(item);
  return parsed.success ? gateWords(parsed.data).demand : "";
}
