import { FreezeLines } from "@/components/environment/freeze-lines";
import { FreezeStrip } from "@/components/environment/freeze-strip";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import type { EnvironmentView } from "@/lib/queries/environment";
import type { FreezeView } from "@/lib/queries/freezes";

/** When the calendar closes the environment: now, and in the coming four weeks. */
export function FreezeBox({ view, number }: { view: EnvironmentView; number: number }) {
  const { freezes, asOf } = view;
  const [only] = freezes;
  return (
    <Box
      title="Freeze windows"
      number={number}
      note={freezes.length === 1 && only ? `on the clocks of ${only.timezone}` : undefined}
      answer={freezes.length === 1 && only ? <Standing freeze={only} /> : undefined}
    >
      {freezes.length === 0 ? <p className="muted small">No calendar closes this environment.</p> : null}
      {freezes.map((freeze, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a freeze is known by its place in the file
        <div key={index} className={index > 0 ? "freeze freeze--next" : "freeze"}>
          {freezes.length > 1 ? (
            <p className="flex flex-wrap items-center gap-2">
              <Standing freeze={freeze} /> <span className="muted">on the clocks of {freeze.timezone}</span>
            </p>
          ) : null}
          <FreezeStrip freeze={freeze} asOf={asOf} />
          {freeze.closings.length > 0 ? <FreezeLines freeze={freeze} /> : null}
          <p className="muted small">{reachWords(freeze)}</p>
        </div>
      ))}
    </Box>
  );
}

/** Closed until when, or open until when; in shadow it only watches. */
function Standing({ freeze: { state, shadow } }: { freeze: FreezeView }) {
  if (!state) return <State name="unknown">its calendar cannot be read</State>;
  return (
    <span className="freeze__standing">
      {shadow ? <span className="muted">in shadow:</span> : null}
      <State name={state.open ? "open" : "closed"} />
      <Until state={state} />
    </span>
  );
}

function Until({ state: { open, closedBy, opensAt, closesAt } }: { state: NonNullable<FreezeView["state"]> }) {
  const at = open ? closesAt : opensAt;
  const when = at ? <RelativeTime at={at} /> : null;
  if (open) return when ? <span>closes {when}</span> : null;
  return (
    <span>
      by {closedBy.join(", ")}, {when ? <>opens {when}</> : "with no known end"}
    </span>
  );
}

const subjects = {
  promote: "promotions that people ask for",
  autoPromote: "automatic promotions",
  rollback: "rollbacks",
} as const;

/** What it closes, what not, and who passes. */
function reachWords({ appliesTo, exempt, shadow }: FreezeView): string {
  const closes = appliesTo.map((one) => subjects[one]).join(" and ");
  const spared = appliesTo.includes("rollback") ? "" : " A rollback is exempt.";
  const passes =
    exempt.length === 0
      ? " No severity passes."
      : ` ${exempt.join(" and ")} may pass, with a reason and something to go back to.`;
  return `${shadow ? "In shadow it stops nothing; it would close" : "It closes"} ${closes}.${spared}${passes}`;
}
