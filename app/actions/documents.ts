"use server";

import { runAction } from "@/app/actions/run-action";
import type { ActionFailure, ActionOutcome } from "@/components/action/action-outcome";
import type { PolicyOutcome } from "@/components/policy/policy-outcome";
import type { BacktestOutcome, CheckOutcome, DocumentsOutcome } from "@/components/settings/documents-outcome";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { backtestPolicy } from "@/lib/commands/backtest-policy";
import { checkConnection } from "@/lib/commands/check-connection";
import { confirmPolicy, rejectPolicy } from "@/lib/commands/decide-policy";
import { editPolicy } from "@/lib/commands/edit-policy";
import { policyOf } from "@/lib/queries/policy";

/** Says what a text would change, or what is wrong with it; with `dryRun: false` it applies it. */
export async function applyDocumentsAction(input: unknown): Promise<DocumentsOutcome | ActionFailure> {
  return runAction(
    (engine, principal) => applyDocuments(engine, principal, input),
    (result) =>
      result.kind === "invalidDocuments"
        ? { told: { kind: "invalid" as const, errors: result.errors } }
        : {
            told: {
              kind: result.dryRun ? ("preview" as const) : ("applied" as const),
              diffs: result.diffs,
              secondPerson: result.secondPerson,
            },
            ...(result.dryRun ? {} : { message: appliedWords(result.proposals.length) }),
          },
  );
}

function appliedWords(proposals: number): string {
  return proposals === 0 ? "The file is applied" : "It is proposed, and waits for another administrator";
}

/** What the gates of a text would have done to past promotions; nothing is applied. */
export async function backtestPolicyAction(input: unknown): Promise<BacktestOutcome | ActionFailure> {
  return runAction(
    (engine, principal) => backtestPolicy(engine, principal, input),
    (result) => ({ told: result.kind === "invalidDocuments" ? null : result }),
  );
}

/** The text after an edit of a gate, with its gates, or what is wrong with what was put into the form; nothing is applied. */
export async function editPolicyAction(input: unknown): Promise<PolicyOutcome | ActionFailure> {
  return runAction(
    (engine, principal) => editPolicy(engine, principal, input),
    (result): Pick<PolicyOutcome, "told"> => {
      if (result.kind === "gateErrors") return { told: { kind: "wrong", errors: result.errors } };
      const { text, project } = result;
      return { told: { kind: "edited", text, policy: policyOf(text, project) } };
    },
  );
}

/** The second person's yes to a proposed change of a project's file. */
export async function confirmPolicyAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => confirmPolicy(engine, principal, input),
    ({ project, version }) => ({ message: `Version ${version} of ${project} is applied` }),
  );
}

/** A no to a proposed change, or that of whoever takes it back. */
export async function rejectPolicyAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => rejectPolicy(engine, principal, input),
    ({ project }) => ({ message: `The change of ${project} is rejected` }),
  );
}

/** Asks an outside system whether it answers; only where this process may reach it. */
export async function checkConnectionAction(input: unknown): Promise<CheckOutcome | ActionFailure> {
  return runAction(
    async (engine, principal) =>
      (process.env.WAYBILL_ROLE ?? "all") === "all"
        ? checkConnection(engine, principal, input)
        : {
            kind: "rejection" as const,
            code: "notHere",
            message: "Only the worker has this connection's secrets and a way to it; its log says how it fares",
          },
    ({ trouble, tookMs }) => ({ trouble, tookMs }),
  );
}
