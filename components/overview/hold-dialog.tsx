"use client";

import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { useView } from "@/components/live/use-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { Textarea } from "@/components/ui/textarea";
import type { EnvironmentLine, EnvironmentsView } from "@/lib/queries/environments";

interface HoldDialogProps {
  projects: string[] | undefined;
  holdAction: (input: { project: string; environment: string; reason: string }) => Promise<ActionOutcome>;
  onClose: () => void;
}

/** Where the line is stopped, and why: the reason stands wherever the environment is shown. */
export function HoldDialog({ projects, holdAction, onClose }: HoldDialogProps) {
  const query = projects ? `?projects=${projects.join(",")}` : "";
  const read = useView<EnvironmentsView>(`/api/view/environments${query}`);
  const open = read.data?.environments.filter((one) => one.may.hold && !one.hold) ?? [];
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      tone="danger"
      title="Hold an environment"
      description="Nobody can promote into it until the hold is lifted. What is under way goes on, and a rollback is not stopped."
    >
      {read.error && !read.data ? (
        <ViewErrorState title="The environments could not be read" error={read.error} onRetry={read.refetch} />
      ) : !read.data ? (
        <Skeleton lines={4} label="Reading the environments" />
      ) : open.length === 0 ? (
        <p>Every environment that you may hold is held already.</p>
      ) : (
        <HoldForm environments={open} holdAction={holdAction} onClose={onClose} />
      )}
    </Dialog>
  );
}

const keyOf = ({ project, environment }: EnvironmentLine) => `${project}/${environment}`;

function HoldForm({
  environments,
  holdAction,
  onClose,
}: Omit<HoldDialogProps, "projects"> & { environments: EnvironmentLine[] }) {
  const [key, setKey] = useState("");
  const [reason, setReason] = useState("");
  const hold = useAction(holdAction, { onDone: onClose });
  const chosen = environments.find((one) => keyOf(one) === key);
  const options = environments.map((one) => ({ value: keyOf(one), label: `${one.project}, ${one.environment}` }));
  return (
    <div className="grid gap-4">
      <Field label="Environment" required>
        {(wiring) => (
          <Select
            {...wiring}
            value={key}
            onChange={(event) => setKey(event.target.value)}
            options={[{ value: "", label: "Choose one", disabled: true }, ...options]}
          />
        )}
      </Field>
      <Field label="Reason" hint="Everybody who looks at this environment reads it, with your name." required>
        {(wiring) => (
          <Textarea
            {...wiring}
            rows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => {
              setReason(event.target.value);
              hold.clear();
            }}
          />
        )}
      </Field>
      <ActionFailureNote failure={hold.failure} />
      <TypedConfirmation
        key={key}
        phrase={chosen?.protected ? chosen.environment : undefined}
        action={chosen ? `Hold ${chosen.project} ${chosen.environment}` : "Hold"}
        danger
        busy={hold.busy}
        disabled={!chosen || reason.trim() === ""}
        onConfirm={() => {
          if (chosen)
            void hold.run({ project: chosen.project, environment: chosen.environment, reason: reason.trim() });
        }}
      />
    </div>
  );
}
