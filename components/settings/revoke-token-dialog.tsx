"use client";

import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { TokenView } from "@/lib/queries/tokens";

interface RevokeTokenDialogProps {
  token: TokenView | undefined;
  action: (input: unknown) => Promise<ActionOutcome>;
  onClose: () => void;
  onDone: () => void;
}

/** The last word before a token is void. */
export function RevokeTokenDialog({ token, action, onClose, onDone }: RevokeTokenDialogProps) {
  const { run, busy, failure } = useAction(action, {
    onDone: () => {
      onClose();
      onDone();
    },
  });
  return (
    <Dialog
      open={token !== undefined}
      onOpenChange={(open) => (open ? undefined : onClose())}
      tone="danger"
      title={`Revoke ${token?.label ?? "the token"}`}
      description="Whatever uses it is refused from then on, at once. It cannot be taken back: make another one instead."
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button variant="danger" busy={busy} onClick={() => token && run({ id: token.id })}>
            Revoke
          </Button>
        </>
      }
    >
      <ActionFailureNote failure={failure} />
    </Dialog>
  );
}
