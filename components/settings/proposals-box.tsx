"use client";

import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonDialog } from "@/components/action/reason-dialog";
import { useAction } from "@/components/action/use-action";
import { DigestLabel } from "@/components/digest/digest-label";
import { Changes } from "@/components/settings/changes-list";
import { Box } from "@/components/sheet/box";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ProposalView } from "@/lib/queries/proposals";

export interface ProposalActions {
  confirmPolicyAction: (input: unknown) => Promise<ActionOutcome>;
  rejectPolicyAction: (input: unknown) => Promise<ActionOutcome>;
}

interface ProposalsBoxProps {
  number: number;
  proposals: readonly ProposalView[];
  actions: ProposalActions;
}

/** Changes of what guards a protected environment, until another administrator has confirmed or rejected them. */
export function ProposalsBox({ number, proposals, actions }: ProposalsBoxProps) {
  return (
    <Box number={number} title="Proposed changes" note="another administrator than the proposer confirms each">
      <ul className="grid gap-5">
        {proposals.map((one) => (
          <li key={one.id} className="grid gap-2">
            <p>
              <b>{one.proposedBy}</b> <RelativeTime at={one.proposedAt} />, changes what guards{" "}
              <b>{one.environments.join(" and ")}</b>; it expires <RelativeTime at={one.expiresAt} />.
            </p>
            <p className="flex flex-wrap items-center gap-2">
              <span className="small">text</span>
              <DigestLabel digest={one.fileHash} copy what="hash of the text" />
            </p>
            <Changes changes={one.changes} />
            <Acts proposal={one} actions={actions} />
          </li>
        ))}
      </ul>
    </Box>
  );
}

function Acts({ proposal, actions }: { proposal: ProposalView; actions: ProposalActions }) {
  const [asked, setAsked] = useState<"confirm" | "reject">();
  const { id, project, fileHash, environments, mayConfirm, mayReject } = proposal;
  const close = () => setAsked(undefined);
  const { run, busy, failure } = useAction(actions.confirmPolicyAction, { onDone: close });
  if (!mayReject) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button size="small" variant="primary" disabled={!mayConfirm} onClick={() => setAsked("confirm")}>
        Confirm…
      </Button>
      <Button size="small" variant="danger" onClick={() => setAsked("reject")}>
        {mayConfirm || !proposal.current ? "Reject…" : "Take it back…"}
      </Button>
      {mayConfirm ? null : (
        <span className="small muted">
          {proposal.current
            ? "You proposed it: another administrator confirms it."
            : "The file is another one by now: it cannot be confirmed any more."}
        </span>
      )}
      <Dialog
        open={asked === "confirm"}
        onOpenChange={close}
        tone="danger"
        title={`Confirm the change of ${project}?`}
        description={`It is applied at once, and changes what guards ${environments.join(" and ")}. Plans that wait are made anew.`}
      >
        <div className="grid gap-4">
          <ActionFailureNote failure={failure} />
          <TypedConfirmation
            phrase={project}
            action="Confirm and apply"
            danger
            busy={busy}
            onConfirm={() => void run({ proposal: id, fileHash })}
          />
        </div>
      </Dialog>
      <ReasonDialog
        open={asked === "reject"}
        onOpenChange={close}
        title={`Reject the change of ${project}?`}
        effect="Nothing of it is applied. Who proposed it can propose another one."
        label="Reject the change"
        action={actions.rejectPolicyAction}
        input={(why) => ({ proposal: id, why })}
      />
    </div>
  );
}
