"use client";

import type { ActionOutcome } from "@/components/action/action-outcome";
import { AutomationAlert } from "@/components/environment/automation-alert";
import { useView } from "@/components/live/use-view";
import { type AnnounceAction, AnnounceButton } from "@/components/release/announce-button";
import { DifferencesBox } from "@/components/service/differences-box";
import { DriftPanel } from "@/components/service/drift-panel";
import { PlaceBox } from "@/components/service/place-box";
import { ServiceReleasesBox } from "@/components/service/service-releases-box";
import { ServiceRoute } from "@/components/service/service-route";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { ServiceSignals } from "@/components/signals/service-signals";
import { LinkButton } from "@/components/ui/button";
import { PageHead } from "@/components/ui/page";
import type { ServicePlace, ServiceView } from "@/lib/queries/service";
import type { ServiceSignalsView } from "@/lib/queries/service-signals";

export interface DriftActions {
  adopt: (input: unknown) => Promise<ActionOutcome>;
  revert: (input: unknown) => Promise<ActionOutcome>;
}

export interface DigestActions {
  pin: (input: unknown) => Promise<ActionOutcome>;
  unpin: (input: unknown) => Promise<ActionOutcome>;
  block: (input: unknown) => Promise<ActionOutcome>;
  resume: (input: unknown) => Promise<ActionOutcome>;
  verify: (input: unknown) => Promise<ActionOutcome>;
}

interface ServicePageProps {
  initial: ServiceView;
  path: string;
  signals: ServiceSignalsView;
  signalsPath: string;
  drift: DriftActions;
  digest: DigestActions;
  announce: AnnounceAction;
}

/** One service: its way through the environments, what differs between them, and its releases. */
export function ServicePage({ initial, path, signals, signalsPath, drift, digest, announce }: ServicePageProps) {
  const { project, name } = initial;
  const view = useView<ServiceView>(path, { initial, watches: { projects: [project], service: name } }).data ?? initial;
  // The boxes of the ways and of the signals come first.
  const after = view.places.length * 2;
  const drifted = view.places.filter((place) => place.drift !== null);
  return (
    <>
      <PageHead
        title={name}
        note={<span className="mono">{view.repository}</span>}
        below={<Below view={view} />}
        actions={
          <>
            <LinkButton href={`/history?project=${project}&service=${name}`}>History</LinkButton>
            {view.mayAnnounce ? (
              <AnnounceButton
                action={announce}
                choices={[{ project, services: [{ name, repository: view.repository }] }]}
                service={name}
              />
            ) : null}
          </>
        }
      />
      <div className="grid gap-4">
        {drifted.map((place) => (
          <DriftPanel key={place.environment} view={view} place={place} actions={drift} />
        ))}
        {view.places.map(({ environment, automationHold, may }) =>
          automationHold ? (
            <AutomationAlert
              key={environment}
              {...{ project, environment, hold: { ...automationHold, service: name }, mayResume: may.resume }}
              resumeAction={digest.resume}
            />
          ) : null,
        )}
        <Sheet label="Its way through the environments">
          <ServiceRoute view={view} />
          {pairs(view.places).map((pair, row) => (
            <SheetRow key={pair[0]?.environment} boxes={pair.length}>
              {pair.map((place, index) => (
                <PlaceBox
                  key={place.environment}
                  number={row * 2 + index + 1}
                  view={view}
                  place={place}
                  actions={digest}
                />
              ))}
            </SheetRow>
          ))}
        </Sheet>
        <ServiceSignals initial={signals} path={signalsPath} number={view.places.length + 1} />
        <Sheet label="Releases and differences">
          <SheetRow>
            <ServiceReleasesBox number={after + 1} view={view} />
          </SheetRow>
          {view.places.length > 1 ? (
            <SheetRow>
              <DifferencesBox number={after + 2} view={view} />
            </SheetRow>
          ) : null}
        </Sheet>
      </div>
    </>
  );
}

function Below({ view }: { view: ServiceView }) {
  return (
    <>
      {view.project}, from connection {view.connection}
      {view.source && /^https?:\/\//.test(view.source) ? (
        <>
          {", "}
          <a className="link" href={view.source} rel="noreferrer" target="_blank">
            {view.source.replace(/^https?:\/\//, "")}
          </a>
        </>
      ) : null}
    </>
  );
}

/** Two environments beside each other, the last one alone where their number is odd. */
function pairs(places: ServicePlace[]): ServicePlace[][] {
  return places.flatMap((_, index) => (index % 2 === 0 ? [places.slice(index, index + 2)] : []));
}
