import { ShortDigest } from "@/components/digest/short-digest";
import { Route, type RouteStop } from "@/components/sheet/route";
import { HealthMark } from "@/components/state/health-mark";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import { RelativeTime } from "@/components/time/relative-time";
import type { ServicePlace, ServiceView } from "@/lib/queries/service";

/** The environments as ports on a line: filled where something runs, a shape where something is wrong. */
export function ServiceRoute({ view }: { view: ServiceView }) {
  return (
    <div className="sheet__row px-4 pt-3 pb-4">
      <Route label={`The way of ${view.name}`} stops={view.places.map(stopOf)} />
    </div>
  );
}

function stopOf(place: ServicePlace): RouteStop {
  const { environment, observed, wanted } = place;
  const runs = observed ?? wanted;
  const wrong = wrongOf(place);
  return {
    id: environment,
    title: environment,
    ...(wrong ? { phase: "stopped" as const, state: wrong } : { phase: runs ? ("done" as const) : ("next" as const) }),
    lines: runs
      ? [
          <b key="version" className="text-ink">
            {runs.version ?? "not announced"}
          </b>,
          <ShortDigest key="digest" digest={runs.digest} />,
          <HealthMark key="health" health={place.health} word />,
          runs.since ? (
            <span key="since">
              for <RelativeTime at={runs.since} form="age" />
            </span>
          ) : null,
          place.open ? <State key="open" name={place.open.phase} /> : null,
        ]
      : ["nothing yet"],
  };
}

function wrongOf({ drift, health, hold }: ServicePlace): StateName | undefined {
  if (drift) return "drift";
  if (health === "failing" || health === "degraded") return health;
  return hold ? "held" : undefined;
}
