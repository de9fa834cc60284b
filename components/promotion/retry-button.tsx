"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { useAction } from "@/components/action/use-action";
import type { PromotionAction } from "@/components/promotion/stop-sheet";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
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
  return (
    <>
      <Button variant="primary" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Retry this plan…
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={`Retry the plan of ${view.id}`}
        description="Exactly this plan is asked for again, through the gates as they stand now; signatures are given anew. It is refused if the plan would be another one by now."
      >
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
