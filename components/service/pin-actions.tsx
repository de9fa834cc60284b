"use client";

import { ReasonButton } from "@/components/action/reason-button";
import { BlockButton } from "@/components/release/block-button";
import type { DigestActions } from "@/components/service/service-page";
import type { ServicePlace, ServiceView } from "@/lib/queries/service";

interface PinActionsProps {
  view: ServiceView;
  place: ServicePlace;
  actions: DigestActions;
}

/** Keep what runs, let it move again, or keep it out: what a person may decide about the digest that runs here. */
export function PinActions({ view, place, actions }: PinActionsProps) {
  const { project, name: service } = view;
  const { environment, observed, pin, may } = place;
  const scope = { project, environment, service };
  const version = observed?.version ?? "what runs";
  return (
    <>
      {may.pin && pin ? (
        <ReasonButton
          name={`Unpin ${service} in ${environment}`}
          title={`Unpin ${service} in ${environment}`}
          effect="Promotions that waited for the pin are looked at again at once, and automation may move it again."
          label="Unpin"
          variant="primary"
          action={actions.unpin}
          input={(why) => ({ ...scope, why })}
        >
          Unpin…
        </ReasonButton>
      ) : null}
      {may.pin && !pin && observed ? (
        <ReasonButton
          name={`Pin ${service} in ${environment}`}
          title={`Pin ${service} to ${version} in ${environment}`}
          effect={`Promotions of another digest into ${environment} wait until the pin is lifted, and automation stays off. A rollback is not stopped.`}
          label="Pin"
          variant="primary"
          action={actions.pin}
          input={(reason) => ({ ...scope, digest: observed.digest, reason })}
        >
          Pin…
        </ReasonButton>
      ) : null}
      {may.block && observed && !observed.blocked ? (
        <BlockButton {...scope} digest={observed.digest} version={observed.version} runs action={actions.block} />
      ) : null}
    </>
  );
}
