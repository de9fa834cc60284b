"use client";

import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { useAction } from "@/components/action/use-action";
import type { EnvironmentActions } from "@/components/environment/environment-page";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { BlockLine, EnvironmentView } from "@/lib/queries/environment";

interface UnblockDialogProps {
  view: EnvironmentView;
  block: BlockLine;
  unblockAction: EnvironmentActions["unblock"];
  onClose: () => void;
}

/** Lets a digest that failed here come here again: by somebody, for a reason. */
export function UnblockDialog({ view, block, unblockAction, onClose }: UnblockDialogProps) {
  const [why, setWhy] = useState("");
  const unblock = useAction(unblockAction, { onDone: onClose });
  const { project, environment, policy } = view;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      tone="danger"
      title={`Unblock ${block.service} ${block.version ?? ""}`.trim()}
      description={`This digest failed in ${environment}. Unblocked, it can be promoted here again, through the same gates.`}
    >
      <div className="grid gap-4">
        <p>{block.reason}</p>
        <Field label="Why it may come here again" required>
          {(wiring) => (
            <Textarea
              {...wiring}
              rows={2}
              maxLength={500}
              value={why}
              onChange={(event) => setWhy(event.target.value)}
            />
          )}
        </Field>
        <ActionFailureNote failure={unblock.failure} />
        <TypedConfirmation
          phrase={policy.protected ? environment : undefined}
          action="Unblock"
          danger
          busy={unblock.busy}
          asks={why.trim() === "" && "Say why."}
          onConfirm={() => void unblock.run({ project, block: block.id, why: why.trim() })}
        />
      </div>
    </Dialog>
  );
}
