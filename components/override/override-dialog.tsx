"use client";

import { type ReactNode, useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionFailure } from "@/components/action/action-outcome";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";

interface OverrideDialogProps {
  title: string;
  /** What it does and what follows. */
  effect: ReactNode;
  /** Typed before the button works. */
  environment: string;
  action: string;
  busy: boolean;
  failure: ActionFailure | undefined;
  onOverride: (words: { reason: string; incident: string }) => void;
  onClose: () => void;
}

/** Break-glass: why, for which incident, and the environment's name typed, before a gate is let pass. */
export function OverrideDialog(props: OverrideDialogProps) {
  const { title, effect, environment, action, busy, failure, onOverride, onClose } = props;
  const [reason, setReason] = useState("");
  const [incident, setIncident] = useState("");
  const said = { reason: reason.trim(), incident: incident.trim() };
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} tone="danger" title={title} description={effect}>
      <div className="grid gap-4">
        <Field label="Why it must pass now" hint="Kept in the ledger with your name, and reviewed." required>
          {(wiring) => (
            <Textarea
              {...wiring}
              rows={2}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <Field label="Incident" hint="Its number or address." required>
          {(wiring) => (
            <Input {...wiring} maxLength={200} value={incident} onChange={(event) => setIncident(event.target.value)} />
          )}
        </Field>
        <ActionFailureNote failure={failure} />
        <TypedConfirmation
          phrase={environment}
          action={action}
          danger
          busy={busy}
          asks={(said.reason.length < 3 || said.incident.length < 2) && "Say why, and for which incident."}
          onConfirm={() => onOverride(said)}
        />
      </div>
    </Dialog>
  );
}
