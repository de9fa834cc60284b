import type { Plan } from "@/lib/pipeline/plan/plan";
import { sizeWords } from "@/lib/pipeline/policy/size-words";
import type { ServiceFacts } from "@/lib/queries/plan-facts";

/** Something about a plan that a person should know before they sign; derived from facts alone. */
export interface PlanRisk {
  id: string;
  /** `look`: look at it; `note`: good to know. */
  weight: "look" | "note";
  title: string;
  text: string;
}

/** What stands out in a plan and in the facts beside it, what is to be looked at first. */
export function planRisks(plan: Plan, facts: readonly ServiceFacts[]): PlanRisk[] {
  const risks = plan.services.flatMap((planned) => {
    const fact = facts.find((one) => one.service === planned.service);
    return [...risksOfService(plan, planned), ...(fact ? risksOfFacts(plan, planned, fact) : [])];
  });
  risks.push(...risksOfPolicy(plan));
  return [...risks.filter((one) => one.weight === "look"), ...risks.filter((one) => one.weight === "note")];
}

function risksOfService(plan: Plan, planned: Plan["services"][number]): PlanRisk[] {
  const { service, rollback, strategy } = planned;
  const risks: PlanRisk[] = [];
  if (!rollback) {
    risks.push(
      look(`${service} no way back`, `${service} has no way back.`, `Nothing ran in ${plan.environment} before.`),
    );
  } else if (!rollback.verified) {
    risks.push(
      look(
        `${service} way back`,
        `The way back of ${service} was never verified.`,
        "It is what ran before, not what passed.",
      ),
    );
  }
  if (strategy.kind === "recreate") {
    risks.push(
      look(`${service} recreate`, `${service} is away for a while.`, "All its pods stop before the new ones start."),
    );
  }
  return risks;
}

function risksOfFacts(plan: Plan, planned: Plan["services"][number], fact: ServiceFacts): PlanRisk[] {
  const { service } = fact;
  const risks: PlanRisk[] = [];
  const { runs, from, to, recentFailures } = fact;
  if (runs?.driftSince) {
    risks.push(look(`${service} drift`, `${service} has drifted.`, "It runs what the ledger does not say it should."));
  }
  if (runs && (runs.health === "degraded" || runs.health === "failing")) {
    const reason = runs.healthReason ? `: ${runs.healthReason}` : "";
    risks.push(
      look(
        `${service} health`,
        `${service} is ${runs.health} now${reason}.`,
        "What comes after is compared with that.",
      ),
    );
  }
  if (recentFailures > 0) {
    const times = recentFailures === 1 ? "once" : `${recentFailures} times`;
    risks.push(look(`${service} failures`, `${service} went back ${times} here in 30 d.`, "Its promotions say why."));
  }
  const isRoot = to !== null && ["", "0", "root", "0:0", "root:root"].includes(to.user);
  if (isRoot) risks.push(note(`${service} root`, `${service} runs as root.`, "Its image names no other user."));
  if (from && to && from.sizeBytes > 0 && to.sizeBytes > from.sizeBytes * 1.5) {
    risks.push(
      note(`${service} size`, `${service} grew.`, `${sizeWords(from.sizeBytes)} to ${sizeWords(to.sizeBytes)}.`),
    );
  }
  if (planned.from === null) {
    risks.push(note(`${service} first`, `${service} runs in ${plan.environment} for the first time.`, ""));
  }
  return risks;
}

function risksOfPolicy(plan: Plan): PlanRisk[] {
  const risks: PlanRisk[] = [];
  const { verification, onFailure, services } = plan;
  const { health, smoke, jobs = [], metrics = [] } = verification;
  if (health.length + smoke.length + jobs.length + metrics.length === 0) {
    risks.push(
      look(
        "no checks",
        "No endpoint is asked and nothing is measured.",
        "Only the running digest and the pods are verified.",
      ),
    );
  }
  if (onFailure === "hold") {
    risks.push(
      look("hold", "It does not go back by itself.", `Where it fails, ${plan.environment} is held for a person.`),
    );
  }
  if (services.length > 1) {
    risks.push(
      note(
        "together",
        `${services.length} services move together.`,
        "One after the other; where one fails, all go back.",
      ),
    );
  }
  return risks;
}

function look(id: string, title: string, text: string): PlanRisk {
  return { id, weight: "look", title, text };
}

function note(id: string, title: string, text: string): PlanRisk {
  return { id, weight: "note", title, text };
}
