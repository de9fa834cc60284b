"use client";

import { useView } from "@/components/live/use-view";
import { Box } from "@/components/sheet/box";
import { Facts } from "@/components/sheet/facts";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { Alert } from "@/components/ui/alert";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { InstallationView, ProcessView } from "@/lib/queries/installation";

/** No change is announced when a process beats: this page looks by itself. */
const lookEveryMs = 10_000;
/** A worker beats every 5 s. */
const silentAfterSeconds = 30;

/** How this installation stands: who works, who may touch the ledger, what is real and what is a stand-in. */
export function InstallationPage({ initial }: { initial: InstallationView }) {
  const { data } = useView<InstallationView>("/api/view/settings/installation", {
    initial,
    watches: { projects: [] },
    everyMs: () => lookEveryMs,
  });
  const view = data ?? initial;
  const { settings } = view;
  return (
    <div className="grid gap-4">
      {settings.sandbox ? (
        <Alert tone="info" title="This is the demo: the platforms are a sandbox on this machine">
          Registry, cluster and metrics are stand-ins that speak the real protocols; what an image does is said by its
          labels. Nothing outside this machine is reached or changed. To run your own platform, start with WAYBILL_FILE
          and the path of its project file.
        </Alert>
      ) : null}
      {settings.demo ? (
        <Alert tone="warn" title="Anybody who reaches this page may sign in as one of the demo's people">
          No password is asked: WAYBILL_DEMO is on. It is refused on any address but this machine's own.
        </Alert>
      ) : null}
      <Sheet label="The installation">
        <SheetRow boxes={2}>
          <Box number={1} title="The ledger's guard" answer={<Guard reason={settings.ledgerNotSeparate} />}>
            <p className="small soft">
              {settings.ledgerNotSeparate === null
                ? "Web and worker sign in to the database as a role that may add to the ledger and read it. Changing or removing an entry is refused by its rights, and by triggers behind them."
                : `The ledger's triggers still refuse changes, but the application's database user could remove them: ${settings.ledgerNotSeparate}. Give the application a role of its own, or start with a database user that may create roles.`}
            </p>
          </Box>
          <Box number={2} title="Settings">
            <Facts
              facts={[
                {
                  name: "process",
                  value:
                    settings.role === "all"
                      ? "web, and it drives the first steps of a promotion itself"
                      : "web alone: only the worker reaches registries and clusters",
                },
                { name: "sign-in", value: settings.signIn },
                view.mayAdminister ? { name: "Postgres", value: view.database.version } : false,
                view.database.migration ? { name: "schema", value: view.database.migration, mono: true } : false,
              ]}
            />
          </Box>
        </SheetRow>
        <SheetRow>
          <Workers number={3} view={view} />
        </SheetRow>
      </Sheet>
    </div>
  );
}

function Guard({ reason }: { reason: string | null }) {
  return reason === null ? (
    <State name="pass">roles are separate</State>
  ) : (
    <State name="degraded">roles are not separate</State>
  );
}

const columns = [
  { key: "id", head: "process" },
  { key: "stands", head: "stands", width: "140px" },
  { key: "beat", head: "last beat", width: "120px" },
  { key: "started", head: "started", width: "120px" },
  { key: "detail", head: "does", width: "30%" },
];

function Workers({ number, view }: { number: number; view: InstallationView }) {
  const { work, processes, lateAfterSeconds } = view;
  return (
    <Box number={number} title="Work" answer={<WorkStanding view={view} />} flush>
      <p className="small soft pr-4 pb-2 pl-10">
        {work.due === 0 ? "Nothing is due that nobody has taken." : `${work.due} steps are due that nobody has taken.`}{" "}
        It counts as late after {lateAfterSeconds} s.
      </p>
      {processes.length === 0 ? (
        <EmptyState title="No worker beats" bare>
          Promotions go on only as far as this process drives them, and nothing is observed. Start a worker.
        </EmptyState>
      ) : (
        <Lines caption="Workers" columns={columns} heads stack>
          {processes.map((process) => (
            <Worker key={process.id} process={process} />
          ))}
        </Lines>
      )}
    </Box>
  );
}

function WorkStanding({ view: { work, processes } }: { view: InstallationView }) {
  if (work.standing === "late") return <State name="failing">{work.reason ?? "late"}</State>;
  if (work.standing === "unknown") return <State name="unknown">{work.reason ?? "unknown"}</State>;
  const beats = processes.some((one) => one.beatAgeSeconds < silentAfterSeconds);
  return beats ? <State name="healthy">in time</State> : <State name="degraded">no worker beats</State>;
}

function Worker({ process }: { process: ProcessView }) {
  const silent = process.beatAgeSeconds >= silentAfterSeconds;
  const detail = Object.entries(process.detail).map(([name, count]) => `${name} ${count}`);
  return (
    <tr className={silent ? "is-open" : undefined}>
      <th scope="row" className="mono break-all">
        {process.id}
      </th>
      <td className="lines__side">
        {silent ? <State name="unknown">silent</State> : <State name="healthy">beats</State>}
      </td>
      <td className="muted">
        <RelativeTime at={process.beatAt} />
      </td>
      <td className="muted">
        <RelativeTime at={process.startedAt} />
      </td>
      <td className="muted">{detail.join(", ")}</td>
    </tr>
  );
}
