"use client";

import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import type { ServicePlace, ServiceView } from "@/lib/queries/service";

type Found = NonNullable<ServicePlace["verifiedAgain"]>;

const states: Record<Found["status"], { name: StateName; word: string }> = {
  due: { name: "verifying", word: "under way" },
  passed: { name: "pass", word: "right" },
  failed: { name: "fail", word: "failed" },
  errored: { name: "errored", word: "could not be told" },
};

/** What came of verifying once more what runs. */
export function VerifiedAgain({ found }: { found: Found }) {
  const { name, word } = states[found.status];
  return (
    <>
      <State name={name}>
        {word}, <RelativeTime at={found.at} />
      </State>
      {found.said ? <span className="block break-words">{found.said}</span> : null}
    </>
  );
}

interface VerifyButtonProps {
  view: ServiceView;
  place: ServicePlace;
  action: (input: unknown) => Promise<ActionOutcome>;
}

/** Makes the environment's checks once more of what runs; what fails is blocked, and its success counts no more. */
export function VerifyButton({ view, place, action }: VerifyButtonProps) {
  const { project, name: service } = view;
  const { environment, may, wanted, drift, verifiedAgain } = place;
  const { run, busy, failure } = useAction(action);
  if (!may.promote || wanted === null || drift !== null) return null;
  return (
    <>
      <Button
        size="small"
        aria-label={`Verify again ${service} in ${environment}`}
        title={`Makes the checks of ${environment} once more. What fails is blocked, and its success here counts no more.`}
        busy={busy || verifiedAgain?.status === "due"}
        onClick={() => run({ project, environment, service })}
      >
        Verify again
      </Button>
      <ActionFailureNote failure={failure} />
    </>
  );
}
