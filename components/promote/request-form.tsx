"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { OverrideRequest } from "@/components/promote/override-request";
import { previewAnswer } from "@/components/promote/preview-answer";
import { WhenField } from "@/components/promote/when-field";
import { Box } from "@/components/sheet/box";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { ExactTime } from "@/components/time/exact-time";
import { Button, LinkButton } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { PreviewView } from "@/lib/queries/promote-preview";
import { SeverityField } from "./severity-field";

export type RequestAction = (input: unknown) => Promise<ActionOutcome>;

interface RequestFormProps {
  view: PreviewView;
  /** The plan is another one than the reader has seen: nothing may be asked for until they looked. */
  isStale: boolean;
  requestAction: RequestAction;
  rollBackAction: RequestAction;
}

/** Asks for exactly the plan that is shown; the button says what it does, or why it cannot be pressed. */
export function RequestForm({ view, isStale, requestAction, rollBackAction }: RequestFormProps) {
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const { subject, planHash, plan } = view;
  const isRollback = subject.kind === "rollback";
  const { run, busy, failure } = useAction(isRollback ? rollBackAction : requestAction, {
    linkless: true,
    onDone: ({ href }) => href && router.push(href),
  });
  const answer = previewAnswer(view);
  const { kind: _, ...place } = subject;
  const ask = (more: object = {}) =>
    void run({ ...place, planHash, idempotencyKey, ...(reason.trim() ? { reason: reason.trim() } : {}), ...more });

  if (answer.href) {
    return (
      <Box title="Request">
        <LinkButton href={answer.href} variant="primary" size="large" full>
          {answer.button}
        </LinkButton>
      </Box>
    );
  }
  const owesReason = subject.severity !== undefined && reason.trim() === "";
  const closed = answer.closed ?? (isStale ? "The plan changed: look at it first." : undefined);
  return (
    <Box title={isRollback ? "Roll back" : "Sign the request"}>
      {closed ? (
        <>
          <Button variant="primary" size="large" full disabled aria-describedby="request-closed">
            {answer.button}
          </Button>
          <p className="note mt-2" id="request-closed">
            {closed}
          </p>
          {isStale ? null : (
            <div className="mt-3">
              <OverrideRequest
                view={view}
                busy={busy}
                failure={failure}
                onRequest={(overrides) => ask({ overrides, reason: overrides[0]?.reason })}
              />
            </div>
          )}
        </>
      ) : (
        <div className="grid gap-3">
          {subject.kind === "promote" ? <WhenField subject={subject} /> : null}
          <SeverityField view={view} />
          <Field label="Reason" hint="Kept in the ledger with your name." required={subject.severity !== undefined}>
            {(wiring) => (
              <Input {...wiring} value={reason} maxLength={2000} onChange={(e) => setReason(e.target.value)} />
            )}
          </Field>
          <TypedConfirmation
            phrase={view.isProtected && !isRollback ? plan.environment : undefined}
            action={answer.button}
            busy={busy}
            asks={owesReason && "Say why: it is asked of a P0."}
            onConfirm={() => ask()}
          />
          <ActionFailureNote failure={failure} />
          {answer.startsAt ? (
            <p className="note">
              It starts <ExactTime at={answer.startsAt} show="both" />.
            </p>
          ) : null}
        </div>
      )}
    </Box>
  );
}
