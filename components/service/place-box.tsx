import Link from "next/link";
import { DigestLabel } from "@/components/digest/digest-label";
import { ShortDigest } from "@/components/digest/short-digest";
import { PinActions } from "@/components/service/pin-actions";
import { PodsTable } from "@/components/service/pods-table";
import type { DigestActions } from "@/components/service/service-page";
import { VerifiedAgain, VerifyButton } from "@/components/service/verify-again";
import { Box } from "@/components/sheet/box";
import { type Fact, Facts } from "@/components/sheet/facts";
import { HealthMark } from "@/components/state/health-mark";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { Button, LinkButton } from "@/components/ui/button";
import type { NamedDigest, ServicePlace, ServiceView } from "@/lib/queries/service";

interface PlaceBoxProps {
  number: number;
  view: ServiceView;
  place: ServicePlace;
  actions: DigestActions;
}

/** A service in one environment: what runs, what should, how it fares, and the way back. */
export function PlaceBox({ number, view, place, actions }: PlaceBoxProps) {
  const { environment, observed, wanted, pods } = place;
  const runs = observed ?? wanted;
  return (
    <Box
      number={number}
      id={environment}
      title={environment}
      note={place.protected ? "protected" : undefined}
      answer={<HealthMark health={place.health} word />}
    >
      <p className="version">{runs ? (runs.version ?? "a digest nobody announced") : "nothing yet"}</p>
      {runs ? <DigestLabel digest={runs.digest} prefix copy /> : null}
      <div className="mt-2">
        <Facts facts={factsOf(view, place)} />
      </div>
      {pods.length > 0 ? <PodsTable environment={environment} pods={pods} /> : null}
      <Actions view={view} place={place} actions={actions} />
    </Box>
  );
}

function factsOf({ project }: ServiceView, place: ServicePlace): (Fact | false | undefined)[] {
  const { observed, wanted, verified, open, hold, pin, target, health } = place;
  const differs = wanted !== null && observed !== null && wanted.digest !== observed.digest;
  return [
    observed?.since ? { name: "runs for", value: <RelativeTime at={observed.since} form="age" /> } : false,
    observed
      ? { name: "seen", value: <RelativeTime at={observed.at} /> }
      : { name: "seen", value: "not yet: nothing was observed there" },
    wanted
      ? { name: "should run", value: <Wanted project={project} wanted={wanted} differs={differs} /> }
      : { name: "should run", value: "nothing was promoted there yet" },
    verified
      ? { name: "verified", value: <Verified verified={verified} runs={observed?.digest} /> }
      : { name: "verified", value: "nothing yet: there is no way back that was proved" },
    place.verifiedAgain !== null && { name: "verified again", value: <VerifiedAgain found={place.verifiedAgain} /> },
    health !== "healthy" && place.healthReason ? { name: "because", value: place.healthReason } : false,
    { name: "pods", value: `${place.ready} of ${place.desired} ready` },
    open
      ? {
          name: "under way",
          value: (
            <Link className="link" href={`/promotions/${open.promotion}`}>
              {open.promotion} {open.version} <Stamp name={open.phase} size="small" />
            </Link>
          ),
        }
      : false,
    hold
      ? {
          name: "held",
          value: (
            <>
              by {hold.by}, <RelativeTime at={hold.at} />: {hold.reason}
            </>
          ),
        }
      : false,
    pin
      ? {
          name: "pinned",
          value: (
            <>
              {pin.digest === observed?.digest ? "to this one" : `to ${pin.version ?? ""} `}
              {pin.digest === observed?.digest ? null : <ShortDigest digest={pin.digest} />} by {pin.by},{" "}
              <RelativeTime at={pin.at} />: {pin.reason}
            </>
          ),
        }
      : false,
    observed?.blocked ? { name: "blocked", value: "what runs may not come here again" } : false,
    {
      name: "target",
      mono: true,
      value: `${target.connection}: ${target.namespace}/${target.workload.name}, container ${target.container}`,
    },
  ];
}

function Wanted({ project, wanted, differs }: { project: string; wanted: ServicePlace["wanted"]; differs: boolean }) {
  if (!wanted) return null;
  return (
    <>
      {differs ? (
        <>
          {wanted.version ?? ""} <ShortDigest digest={wanted.digest} />
        </>
      ) : (
        "the same"
      )}
      {wanted.promotion ? (
        <>
          , by{" "}
          <Link className="link" href={`/promotions/${wanted.promotion}`}>
            {wanted.promotion}
          </Link>
        </>
      ) : (
        ", as it was found or adopted"
      )}
      {wanted.release ? (
        <>
          {", release "}
          <Link className="link" href={`/releases/${project}/${encodeURIComponent(wanted.release)}`}>
            {wanted.release}
          </Link>
        </>
      ) : null}
    </>
  );
}

function Verified({ verified, runs }: { verified: NamedDigest; runs: string | undefined }) {
  return (
    <>
      {verified.digest === runs ? "this one" : `${verified.version ?? ""} `}
      {verified.digest === runs ? null : <ShortDigest digest={verified.digest} />}
      {verified.since ? (
        <>
          , <RelativeTime at={verified.since} />
        </>
      ) : null}
    </>
  );
}

function Actions({ view, place, actions }: Omit<PlaceBoxProps, "number">) {
  const { project, name } = view;
  const { environment, may, wanted } = place;
  const query = new URLSearchParams({ kind: "rollback", project, environment, services: name });
  const here = new URLSearchParams({ project, environment, service: name });
  const why = wanted === null ? "nothing was promoted here" : may.rollBack ? null : "you may not roll back here";
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      {why === null ? (
        <LinkButton size="small" href={`/promote?${query}`}>
          Roll back…
        </LinkButton>
      ) : (
        <Button size="small" disabled title={why}>
          Roll back…
        </Button>
      )}
      <LinkButton size="small" variant="quiet" href={`/promotions?${here}`}>
        Promotions here
      </LinkButton>
      <VerifyButton view={view} place={place} action={actions.verify} />
      <PinActions view={view} place={place} actions={actions} />
      {why === null ? null : <span className="small muted">{why}</span>}
    </div>
  );
}
