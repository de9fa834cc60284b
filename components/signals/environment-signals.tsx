"use client";

import Link from "next/link";
import { useQueryStates } from "nuqs";
import { useView } from "@/components/live/use-view";
import { Box } from "@/components/sheet/box";
import { environmentSignalsParams, environmentSignalsPath } from "@/components/signals/environment-signals-params";
import { SignalValue, Standing } from "@/components/signals/signal-value";
import { budgetStanding, budgetWords, signalName, targetWords } from "@/components/signals/signal-words";
import { RelativeTime } from "@/components/time/relative-time";
import { countWords } from "@/components/ui/count-words";
import { Lines } from "@/components/ui/lines";
import { Pagination } from "@/components/ui/pagination";
import { Select } from "@/components/ui/select";
import { type SignalSort, signalSorts } from "@/lib/pipeline/signal/signal-sorts";
import type { EnvironmentSignalsView } from "@/lib/queries/environment-signals";
import type { BudgetView, PlaceSignals } from "@/lib/queries/place-signals";

const shown = ["rate", "errors", "p95", "saturation"];
const columns = [
  { key: "service", head: "service", width: "22%" },
  ...shown.map((name) => ({ key: name, head: signalName(name), width: "13%" })),
  { key: "restarts", head: "restarts", width: "10%" },
  { key: "budget", head: "error budget" },
];
const sortLabels: Record<SignalSort, string> = {
  file: "in the file's order",
  rate: "most asked first",
  errors: "most errors first",
  p95: "slowest first",
  saturation: "fullest first",
  restarts: "most restarts first",
};
const pageSize = 50;

/** The signals of an environment's services, a line each. */
export function EnvironmentSignals({ initial, number }: { initial: EnvironmentSignalsView; number: number }) {
  const { project, environment } = initial;
  const [{ sort, signals: offset }, setParams] = useQueryStates(environmentSignalsParams);
  const path = environmentSignalsPath(initial, { sort, offset });
  const isInitial = sort === initial.sort && offset === initial.offset;
  const read = useView<EnvironmentSignalsView>(path, {
    ...(isInitial ? { initial } : {}),
    ...{ watches: { projects: [project], environment }, keep: true },
    everyMs: (last) => Math.max(10_000, Math.min(last?.everyMs ?? 60_000, 60_000)),
  });
  const view = read.data ?? initial;
  const end = view.offset + view.lines.length;
  const go = (to: number) => void setParams({ signals: to || null });
  return (
    <Box
      title="Signals"
      number={number}
      note={view.everyMs === null ? "the project's file names none" : undefined}
      answer={
        <Select
          small
          aria-label="Order of the signals"
          value={sort}
          options={signalSorts.map((value) => ({ value, label: sortLabels[value] }))}
          onChange={(event) =>
            void setParams({ sort: signalSorts.find((one) => one === event.target.value) ?? null, signals: null })
          }
        />
      }
      flush
    >
      {view.lines.length === 0 ? (
        <p className="muted small">No service has a target here.</p>
      ) : (
        <Lines caption={`Signals of the services in ${environment}`} columns={columns} heads tall stack>
          {view.lines.map((line) => (
            <SignalsLine key={line.service} project={project} line={line} />
          ))}
        </Lines>
      )}
      <WhyUnknown lines={view.lines} />
      {view.total > view.lines.length ? (
        <Pagination
          summary={`${countWords(view.offset + 1)} to ${countWords(end)} of ${countWords(view.total)}`}
          previousLabel="Before"
          nextLabel="After"
          onPrevious={view.offset > 0 ? () => go(Math.max(0, view.offset - pageSize)) : undefined}
          onNext={end < view.total ? () => go(end) : undefined}
        />
      ) : null}
    </Box>
  );
}

/** Each reason once, under the table: in its columns there is room for the word alone. */
function WhyUnknown({ lines }: { lines: readonly PlaceSignals[] }) {
  const reasons = new Map<string, string | null>();
  for (const { signals, unseen, budgets } of lines) {
    for (const { name, why, since } of signals) if (why && shown.includes(name)) reasons.set(why, since);
    for (const { why } of budgets) if (why) reasons.set(why, null);
    if (unseen) reasons.set(unseen, null);
  }
  if (reasons.size === 0) return null;
  return (
    <ul className="signals-why muted small">
      {[...reasons].map(([why, since]) => (
        <li key={why}>
          unknown: {why}
          {since ? (
            <>
              , since <RelativeTime at={since} />
            </>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function SignalsLine({ project, line }: { project: string; line: PlaceSignals }) {
  const { service, environment, signals, restarts, unseen, budgets } = line;
  const isBad = signals.some(({ standing }) => standing === "bad");
  return (
    <tr className={isBad ? "is-no" : undefined}>
      <th scope="row">
        <Link className="link strong" href={`/services/${project}/${service}#signals-${environment}`}>
          {service}
        </Link>
      </th>
      {shown.map((name) => {
        const signal = signals.find((one) => one.name === name);
        return (
          <td key={name} className="signals-cell">
            <span className="phone:hidden muted">{signalName(name)}</span>
            <span>{signal ? <SignalValue signal={signal} narrow /> : null}</span>
          </td>
        );
      })}
      <td className="signals-cell">
        <span className="phone:hidden muted">restarts</span>
        {restarts === null ? (
          <Standing standing="unknown" title={unseen ?? undefined}>
            unknown<span className="sr">: {unseen}</span>
          </Standing>
        ) : (
          <Standing standing="measured">{restarts}</Standing>
        )}
      </td>
      <td className="signals-cell">
        <span className="phone:hidden muted">error budget</span>
        <Budget budgets={budgets} />
      </td>
    </tr>
  );
}

/** The one of which least is left; one that is not known comes before all others. */
function Budget({ budgets }: { budgets: readonly BudgetView[] }) {
  const [least] = [...budgets].sort(
    (a, b) => (a.remaining ?? Number.NEGATIVE_INFINITY) - (b.remaining ?? Number.NEGATIVE_INFINITY),
  );
  if (!least) return <span className="muted">no objective</span>;
  const words = budgetWords(least);
  const what = `${least.slo}: ${targetWords(least)}`;
  return (
    <Standing standing={budgetStanding(least)} title={words ? what : `${what}: ${least.why}`}>
      {words ?? "unknown"}
      <span className="sr">
        , {what}
        {least.why ? `: ${least.why}` : ""}
      </span>
    </Standing>
  );
}
