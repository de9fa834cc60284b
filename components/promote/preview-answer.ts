import { gateTitle } from "@/components/promotion/gate-words";
import type { ShapeName } from "@/components/state/shape";
import type { Tone } from "@/components/state/state-language";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { isOpen, refuses } from "@/lib/pipeline/gates/gate";
import type { PreviewView } from "@/lib/queries/promote-preview";

/** What a preview comes to, and what its button does. */
export interface PreviewAnswer {
  tone: Tone;
  shape: ShapeName;
  word: string;
  /** Why, and what happens next. */
  text: string;
  /** What the button says; it does exactly that. */
  button: string;
  /** Why it cannot be pressed; absent where it can. */
  closed?: string;
  /** When it would start by itself, where only time is waited for. */
  startsAt?: string;
  /** The promotion to look at instead. */
  href?: string;
}

type Asked = Pick<PreviewView, "plan" | "verdicts" | "refusal" | "may" | "open" | "ahead">;

/** The one answer of a preview, in the order in which a request would meet it. */
export function previewAnswer(view: Asked): PreviewAnswer {
  const answer = withoutRights(view);
  if (view.may || answer.closed !== undefined || answer.href !== undefined) return answer;
  const verb = view.plan.kind === "rollback" ? "roll back in" : "promote to";
  return { ...answer, closed: `You may not ${verb} ${view.plan.environment}: a release manager may.` };
}

const closedWords: Record<NonNullable<Asked["refusal"]>["code"], string> = {
  nothingToMove: "It runs there already.",
  gateClosed: "A gate says no.",
  noCanary: "A canary is not possible there.",
};

function withoutRights(view: Asked): PreviewAnswer {
  const { plan, verdicts, refusal, open, ahead } = view;
  const rollback = plan.kind === "rollback";
  if (open) {
    const text = `${open.id} brings this release there.`;
    return {
      ...look("move", "move", "On its way already"),
      text,
      button: `Go to ${open.id}`,
      href: `/promotions/${open.id}`,
    };
  }
  if (refusal) {
    const isIdle = refusal.code === "nothingToMove";
    const no =
      refusal.code === "gateClosed" ? (verdicts.find(refuses) ?? verdicts.find((one) => !isOpen(one))) : undefined;
    const said = no ? `${gateTitle(no.gate)}: ${no.summary}` : refusal.message;
    return {
      ...(isIdle ? look("ink", "dash", "Nothing to move") : look("fail", "fail", "Would be refused")),
      text: sentence(said) + (no?.whoCanAct ? ` What would change it: ${sentence(no.whoCanAct)}` : ""),
      button: rollback ? "Roll back" : "Request promotion",
      closed: closedWords[refusal.code],
    };
  }
  if (rollback) return rollbackAnswer(ahead);
  const waits = verdicts.filter((verdict) => !isOpen(verdict));
  if (waits.length > 0) return waitingAnswer(waits);
  if (ahead) {
    const text = `${ahead.id} (${ahead.version}) has its place; this starts by itself when that has ended.`;
    return { ...look("ink", "queue", "Would queue"), text, button: `Request, queues behind ${ahead.id}` };
  }
  return {
    ...look("ok", "pass", "Starts at once"),
    text: "Every gate passes and its place is free.",
    button: "Promote now",
  };
}

function rollbackAnswer(ahead: Asked["ahead"]): PreviewAnswer {
  const button = "Roll back now";
  if (ahead && ahead.phase !== "queued") {
    const text = `${ahead.id} is under way there: abort it, and it goes back by itself.`;
    return { ...look("warn", "wait", "Something is under way"), text, button, closed: `${ahead.id} is under way.` };
  }
  return { ...look("ok", "back", "Starts at once"), text: "A rollback waits for no approval, hold or soak.", button };
}

function waitingAnswer(waits: Verdict[]): PreviewAnswer {
  const unknown = waits.filter((verdict) => verdict.status === "unknown");
  if (unknown.length > 0) {
    const text = `${unknown.map((one) => sentence(one.summary)).join(" ")} Until that is known, it waits.`;
    return { ...look("none", "unknown", "Not known yet"), text, button: "Request promotion" };
  }
  const [startsAt] = waits.every((one) => one.opensAt)
    ? waits
        .map((one) => one.opensAt)
        .sort()
        .slice(-1)
    : [];
  const told = waits.map((one) => (one.whoCanAct ? `${gateTitle(one.gate)} (${one.whoCanAct})` : gateTitle(one.gate)));
  const text = `It starts by itself once nothing is waited for: ${told.join(", ")}.`;
  const base = { ...look("warn", "wait", "May be requested"), text };
  return startsAt ? { ...base, button: "Request promotion", startsAt } : { ...base, button: "Request promotion" };
}

function look(tone: Tone, shape: ShapeName, word: string) {
  return { tone, shape, word };
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
