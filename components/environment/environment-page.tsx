"use client";

import { useQueryStates } from "nuqs";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { AutomationAlert } from "@/components/environment/automation-alert";
import { BlocksBox } from "@/components/environment/blocks-box";
import { environmentParams, environmentPath } from "@/components/environment/environment-params";
import { FreezeBox } from "@/components/environment/freeze-box";
import { HoldPanel } from "@/components/environment/hold-panel";
import type { ReleaseAction } from "@/components/environment/lift-hold-form";
import { PastBox } from "@/components/environment/past-box";
import { PinsBox } from "@/components/environment/pins-box";
import { PolicyBox } from "@/components/environment/policy-box";
import { QueueBox } from "@/components/environment/queue-box";
import { RunsBox } from "@/components/environment/runs-box";
import { msUntil } from "@/components/live/ms-until";
import { useView } from "@/components/live/use-view";
import { Sheet, SheetRow, WithAside } from "@/components/sheet/sheet";
import { EnvironmentSignals } from "@/components/signals/environment-signals";
import { Stamp } from "@/components/state/stamp";
import { State } from "@/components/state/state";
import { LinkButton } from "@/components/ui/button";
import { PageHead } from "@/components/ui/page";
import type { EnvironmentView } from "@/lib/queries/environment";
import type { EnvironmentSignalsView } from "@/lib/queries/environment-signals";

export interface EnvironmentActions {
  hold: (input: { project: string; environment: string; reason: string }) => Promise<ActionOutcome>;
  release: ReleaseAction;
  unpin: (input: unknown) => Promise<ActionOutcome>;
  resume: (input: unknown) => Promise<ActionOutcome>;
  unblock: (input: { project: string; block: string; why: string }) => Promise<ActionOutcome>;
}

interface EnvironmentPageProps {
  initial: EnvironmentView;
  initialPath: string;
  signals: EnvironmentSignalsView;
  actions: EnvironmentActions;
}

/** One environment: what runs here, what has run, what stops it. */
export function EnvironmentPage({ initial, initialPath, signals, actions }: EnvironmentPageProps) {
  const { project, environment } = initial;
  const [params, setParams] = useQueryStates(environmentParams);
  const path = environmentPath(initial, params);
  const read = useView<EnvironmentView>(path, {
    ...(path === initialPath ? { initial } : {}),
    ...{ watches: { projects: [project], environment }, keep: true },
    everyMs: (last) => msUntil((last?.freezes ?? []).flatMap(({ state }) => [state?.opensAt, state?.closesAt])),
  });
  const view = read.data ?? initial;
  const promotions = `/promotions?${new URLSearchParams({ project, environment })}`;
  const held = view.hold !== null || view.projectHold !== null;
  const holds = <HoldPanel view={view} actions={actions} />;
  return (
    <>
      <PageHead
        title={environment}
        stamp={held ? <Stamp name="held" signed /> : <State name={standingOf(view)} />}
        note={view.policy.tag ? <span className="mono">tag {view.policy.tag}</span> : null}
        below={`${project}, as its file says it in version ${view.policy.fileVersion}`}
        actions={
          <>
            <LinkButton href={promotions}>Promotions</LinkButton>
            <LinkButton href={`/history?${new URLSearchParams({ project, environment })}`}>History</LinkButton>
          </>
        }
      />
      {view.automationHolds.length > 0 ? (
        <div className="mb-4 grid gap-3">
          {view.automationHolds.map((hold) => (
            <AutomationAlert
              key={hold.service}
              {...{ project, environment, hold }}
              mayResume={view.may.release}
              resumeAction={actions.resume}
            />
          ))}
        </div>
      ) : null}
      <WithAside lead={held ? holds : null} aside={held ? null : holds}>
        <Sheet label="What runs here">
          <SheetRow>
            <RunsBox view={view} onOffset={(offset) => void setParams({ offset: offset || null })} />
          </SheetRow>
          <SheetRow>
            <EnvironmentSignals initial={signals} number={2} />
          </SheetRow>
          <SheetRow boxes={2}>
            <PolicyBox view={view} />
            <QueueBox view={view} />
          </SheetRow>
          <SheetRow>
            <FreezeBox view={view} number={5} />
          </SheetRow>
        </Sheet>
        <Sheet label="What has run here">
          <SheetRow>
            <BlocksBox view={view} unblockAction={actions.unblock} />
          </SheetRow>
          <SheetRow>
            <PinsBox view={view} unpinAction={actions.unpin} />
          </SheetRow>
          <SheetRow>
            <PastBox view={view} isFirst={params.before === null} onBefore={(before) => void setParams({ before })} />
          </SheetRow>
        </Sheet>
      </WithAside>
    </>
  );
}

/** As its calendars have it; one in shadow, or for rollbacks alone, closes nothing. */
function standingOf({ freezes }: EnvironmentView): "open" | "closed" | "unknown" {
  const standing = freezes.filter((one) => !one.shadow && one.appliesTo.includes("promote"));
  if (standing.some((one) => one.state === null)) return "unknown";
  return standing.some((one) => one.state?.open === false) ? "closed" : "open";
}
