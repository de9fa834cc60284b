"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { useAction } from "@/components/action/use-action";
import { ShortDigest } from "@/components/digest/short-digest";
import type { DriftActions } from "@/components/service/service-page";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { RelativeTime } from "@/components/time/relative-time";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { ServicePlace, ServiceView } from "@/lib/queries/service";

type How = "adopt" | "revert";

interface DriftPanelProps {
  view: ServiceView;
  place: ServicePlace;
  actions: DriftActions;
}

/** What runs differs from what should: since when, and the two ways out, each with its exact effect. */
export function DriftPanel({ view, place, actions }: DriftPanelProps) {
  const [how, setHow] = useState<How>();
  const { environment, drift, wanted, may } = place;
  if (!drift) return null;
  return (
    <>
      <Alert
        tone="warn"
        live
        title={`Drift: ${view.name} in ${environment} does not run what the ledger says`}
        action={
          <span className="flex flex-wrap gap-2">
            <Button size="small" disabled={!may.adoptDrift} onClick={() => setHow("adopt")}>
              Adopt…
            </Button>
            <Button size="small" disabled={!may.revertDrift || !wanted} onClick={() => setHow("revert")}>
              Revert…
            </Button>
          </span>
        }
      >
        It runs {drift.version ?? "a digest nobody announced"} <ShortDigest digest={drift.digest} />
        {wanted ? (
          <>
            {" and should run "}
            {wanted.version ?? ""} <ShortDigest digest={wanted.digest} />
          </>
        ) : null}
        {drift.since ? (
          <>
            , for <RelativeTime at={drift.since} form="age" />
          </>
        ) : null}
        . Somebody changed it outside Waybill.
        {may.adoptDrift || may.revertDrift ? null : " You may neither adopt nor revert it: a release manager may."}
      </Alert>
      <DriftDialog
        key={`${how} ${drift.digest}`}
        {...{ view, place, actions, how }}
        onClose={() => setHow(undefined)}
      />
    </>
  );
}

interface DriftDialogProps extends DriftPanelProps {
  how: How | undefined;
  onClose: () => void;
}

function DriftDialog({ view, place, actions, how, onClose }: DriftDialogProps) {
  const router = useRouter();
  const [why, setWhy] = useState("");
  const adopting = how === "adopt";
  const { run, busy, failure } = useAction(adopting ? actions.adopt : actions.revert, {
    onDone: ({ href }) => {
      onClose();
      if (href) router.push(href);
    },
  });
  const { environment, drift } = place;
  const wrong = failure?.issues?.find((issue) => issue.path === "why")?.message;
  const input = { project: view.project, environment, service: view.name, digest: drift?.digest, why };
  return (
    <Dialog
      open={how !== undefined}
      onOpenChange={(open) => (open ? undefined : onClose())}
      tone={adopting ? "plain" : "danger"}
      title={adopting ? `Adopt what runs in ${environment}` : `Revert ${view.name} in ${environment}`}
      description={<Effect adopting={adopting} view={view} place={place} />}
    >
      <div className="grid gap-4">
        <Field label="Reason" hint="It is written into the ledger." error={wrong} required>
          {(wiring) => (
            <Textarea {...wiring} value={why} onChange={(event) => setWhy(event.target.value)} maxLength={2000} />
          )}
        </Field>
        {wrong ? null : <ActionFailureNote failure={failure} />}
        <TypedConfirmation
          phrase={place.protected ? environment : undefined}
          action={adopting ? "Adopt what runs" : "Revert"}
          danger={!adopting}
          busy={busy}
          asks={why.trim().length < 3 && "Say why, in at least 3 characters."}
          onConfirm={() => run(input)}
        />
      </div>
    </Dialog>
  );
}

/** The exact effect, before it is asked for. */
function Effect({ adopting, view, place }: { adopting: boolean; view: ServiceView; place: ServicePlace }) {
  const { environment, drift, wanted } = place;
  if (!drift) return null;
  if (adopting) {
    return (
      <>
        From then on the ledger says that {view.name} in {environment} should run {drift.version ?? ""}{" "}
        <ShortDigest digest={drift.digest} />. Nothing is changed there. It is not verified by that: no rollback goes to
        it.
      </>
    );
  }
  return (
    <>
      A promotion of kind rollback brings {view.name} in {environment} back to {wanted?.version ?? ""}{" "}
      {wanted ? <ShortDigest digest={wanted.digest} /> : null}, which should run there. It is recorded, watched and
      verified as any other.
    </>
  );
}
