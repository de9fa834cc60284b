"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { useAction } from "@/components/action/use-action";
import { servicesWords } from "@/components/promotion/promotion-name";
import type { PromotionAction } from "@/components/promotion/stop-sheet";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { State } from "@/components/state/state";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { PromotionView } from "@/lib/queries/promotion-page";

/** Asks again for exactly the plan that did not make it. */
export function RetryButton({ view, retryAction }: { view: PromotionView; retryAction: PromotionAction }) {
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const { run, busy, failure } = useAction(retryAction, {
    linkless: true,
    onDone: ({ href }) => href && router.push(href),
  });
  const { plan } = view;
  const barred = view.blocks.filter(({ liftedAt }) => liftedAt === null).map(({ service }) => service);
  return (
    <>
      <Button
        variant={barred.length > 0 ? "secondary" : "primary"}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        Retry this plan…
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={`Retry the plan of ${view.id}`}
        description="Exactly this plan is asked for again, through the gates as they stand now; signatures are given anew. It is refused if the plan would be another one by now."
      >
        {barred.length > 0 ? (
          <p className="mb-3">
            <State name="blocked">
              {servicesWords(barred)} may not enter {plan.environment} with these bytes.
            </State>{" "}
            As long as the block stands, the block gate stops it.
          </p>
        ) : null}
        <ActionFailureNote failure={failure} />
        <TypedConfirmation
          phrase={view.isProtected && plan.kind === "promote" ? plan.environment : undefined}
          action="Request the same plan"
          busy={busy}
          onConfirm={() => void run({ promotion: view.id, idempotencyKey })}
        />
      </Dialog>
    </>
  );
}
