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
import type { EnvironmentsView } from "@/lib/queries/environments";

export type HoldAction = (input: { project: string; environment?: string; reason: string }) => Promise<ActionOutcome>;

/** What may be held: an environment, or without one a whole project. */
interface Place {
  key: string;
  project: string;
  environment?: string;
  /** What is typed before it is held. */
  phrase?: string;
}

interface HoldDialogProps {
  projects: string[] | undefined;
  holdAction: HoldAction;
  onClose: () => void;
}

/** Where the line is stopped, and why: the reason stands wherever the environment is shown. */
export function HoldDialog({ projects, holdAction, onClose }: HoldDialogProps) {
  const query = projects ? `?projects=${projects.join(",")}` : "";
  const read = useView<EnvironmentsView>(`/api/view/environments${query}`);
  const open = read.data ? placesOf(read.data) : [];
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      tone="danger"
      title="Stop the line"
      description="Nobody can promote there until the hold is lifted. What is under way goes on, and a rollback is not stopped."
    >
      {read.error && !read.data ? (
        <ViewErrorState title="The environments could not be read" error={read.error} onRetry={read.refetch} />
      ) : !read.data ? (
        <Skeleton lines={4} label="Reading the environments" />
      ) : open.length === 0 ? (
        <p>Whatever you may hold is held already.</p>
      ) : (
        <HoldForm places={open} holdAction={holdAction} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** Each project as a whole, then its environments one by one. */
function placesOf({ projects, environments }: EnvironmentsView): Place[] {
  return projects.flatMap(({ project, hold, may }) => [
    ...(may.hold && !hold ? [{ key: project, project, phrase: project }] : []),
    ...environments
      .filter((one) => one.project === project && one.may.hold && !one.hold)
      .map(({ environment, protected: isProtected }) => ({
        ...{ key: `${project}/${environment}`, project, environment },
        ...(isProtected ? { phrase: environment } : {}),
      })),
  ]);
}

function HoldForm({ places, holdAction, onClose }: Omit<HoldDialogProps, "projects"> & { places: Place[] }) {
  const [key, setKey] = useState("");
  const [reason, setReason] = useState("");
  const hold = useAction(holdAction, { onDone: onClose });
  const chosen = places.find((one) => one.key === key);
  const options = places.map(({ key: value, project, environment }) => ({
    value,
    label: `${project}, ${environment ?? "every environment"}`,
  }));
  return (
    <div className="grid gap-4">
      <Field label="Where" required>
        {(wiring) => (
          <Select
            {...wiring}
            value={key}
            onChange={(event) => setKey(event.target.value)}
            options={[{ value: "", label: "Choose one", disabled: true }, ...options]}
          />
        )}
      </Field>
      <Field label="Reason" hint="Everybody who looks there reads it, with your name." required>
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
        phrase={chosen?.phrase}
        action={
          chosen
            ? `Hold ${chosen.environment ? `${chosen.project} ${chosen.environment}` : `all of ${chosen.project}`}`
            : "Hold"
        }
        danger
        busy={hold.busy}
        asks={!chosen ? "Choose where, and say why." : reason.trim() === "" && "Say why."}
        onConfirm={() => {
          if (!chosen) return;
          const { project, environment } = chosen;
          void hold.run({ project, ...(environment ? { environment } : {}), reason: reason.trim() });
        }}
      />
    </div>
  );
}
