"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { previewAnswer } from "@/components/promote/preview-answer";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { PromoteSetView } from "@/lib/queries/promote-set";

interface SetRequestProps {
  view: PromoteSetView;
  /** A plan is another one than the reader has seen. */
  isStale: boolean;
  action: (input: unknown) => Promise<ActionOutcome>;
}

/** One button for all of them, or why it cannot be pressed. */
export function SetRequest({ view, isStale, action }: SetRequestProps) {
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const { run, busy, failure } = useAction(action, { onDone: ({ href }) => href && router.push(href) });
  const { project, environment, lines, isProtected } = view;
  const closed = closedBy(view) ?? (isStale ? "A plan changed: look at it first." : undefined);
  const label = `Request ${lines.length === 1 ? "1 promotion" : `${lines.length} promotions`}`;
  const ask = () =>
    void run({
      ...{ project, environment, idempotencyKey, releases: lines.map((line) => line.release) },
      planHashes: Object.fromEntries(
        lines.flatMap(({ release, preview }) => (preview.kind === "preview" ? [[release, preview.planHash]] : [])),
      ),
      ...(reason.trim() ? { reason: reason.trim() } : {}),
    });
  return (
    <Sheet label="Request">
      <SheetRow>
        <Box title="Sign the request" answer="all of them, or none">
          {closed ? (
            <>
              <Button variant="primary" size="large" full disabled aria-describedby="set-closed">
                {label}
              </Button>
              <p className="note mt-2" id="set-closed">
                {closed}
              </p>
            </>
          ) : (
            <div className="grid gap-3">
              <Field label="Reason" hint="Kept in the ledger with your name, for each of them.">
                {(wiring) => (
                  <Input {...wiring} value={reason} maxLength={2000} onChange={(e) => setReason(e.target.value)} />
                )}
              </Field>
              <TypedConfirmation
                phrase={isProtected ? environment : undefined}
                action={label}
                busy={busy}
                onConfirm={ask}
              />
            </div>
          )}
          <ActionFailureNote failure={failure} />
        </Box>
      </SheetRow>
    </Sheet>
  );
}

function closedBy({ lines, twice }: PromoteSetView): string | undefined {
  if (twice) return `${twice.service} is in ${twice.releases.join(" and ")}: leave one of them out.`;
  for (const { release, preview } of lines) {
    if (preview.kind === "noPreview") return `${release}: ${preview.message}.`;
    const { closed, word } = previewAnswer(preview);
    if (closed !== undefined) return `${release}: ${closed} (${word}). Leave it out, or mend that first.`;
  }
  return undefined;
}
