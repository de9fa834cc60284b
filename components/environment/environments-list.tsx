"use client";

import Link from "next/link";
import { useView } from "@/components/live/use-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import { gateTitle } from "@/components/promotion/gate-words";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { useProjectsInSight } from "@/components/shell/projects-in-sight";
import { Stamp } from "@/components/state/stamp";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { countWords } from "@/components/ui/count-words";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { EnvironmentLine, EnvironmentsView } from "@/lib/queries/environments";
import { environmentsPath } from "./environments-path";
import type { ReleaseAction } from "./lift-hold-form";
import { ProjectHold } from "./project-hold";

const columns = [
  { key: "environment", head: "environment", width: "24%" },
  { key: "state", head: "stands", width: "112px" },
  { key: "needs", head: "who holds it, what it needs" },
  { key: "healthy", head: "healthy", width: "108px", numeric: true },
  { key: "open", head: "promotions", width: "148px", numeric: true },
];

interface EnvironmentsListProps {
  initial: EnvironmentsView;
  initialPath: string;
  releaseAction: ReleaseAction;
}

/** Every environment, by project, in the order in which releases reach them. */
export function EnvironmentsList({ initial, initialPath, releaseAction }: EnvironmentsListProps) {
  const { all, inSight } = useProjectsInSight();
  const path = environmentsPath(all, inSight);
  const read = useView<EnvironmentsView>(path, {
    ...(path === initialPath ? { initial } : {}),
    ...{ watches: { projects: inSight }, keep: true },
  });
  if (read.error && !read.data) {
    return <ViewErrorState title="The environments could not be read" error={read.error} onRetry={read.refetch} />;
  }
  const { environments, projects } = read.data ?? initial;
  if (projects.length === 0) {
    return (
      <EmptyState title="No environment yet">A project’s file names its environments; none is open to you.</EmptyState>
    );
  }
  return (
    <div className="grid gap-4">
      {projects.map(({ project, hold, may }) => (
        <Sheet key={project}>
          {hold ? (
            <SheetRow>
              <ProjectHold project={project} hold={hold} may={may} releaseAction={releaseAction} />
            </SheetRow>
          ) : null}
          <SheetRow>
            <Box title={project} flush>
              <Lines caption={`Environments of ${project}`} columns={columns} heads tall stack>
                {environments
                  .filter((line) => line.project === project)
                  .map((line) => (
                    <Row key={line.environment} line={line} held={hold !== null} />
                  ))}
              </Lines>
            </Box>
          </SheetRow>
        </Sheet>
      ))}
    </div>
  );
}

function Row({ line, held }: { line: EnvironmentLine; held: boolean }) {
  return (
    <tr>
      <th scope="row">
        <Link className="link strong" href={`/environments/${line.project}/${line.environment}`}>
          {line.environment}
        </Link>
        {line.tag ? <span className="mono muted block">tag {line.tag}</span> : null}
      </th>
      <td className="lines__side">
        {line.hold || held ? <Stamp name="held" signed /> : <State name={line.closed ? "closed" : "open"} />}
      </td>
      <td className="muted">
        {line.hold ? (
          <span className="block soft">
            {line.hold.by}, <RelativeTime at={line.hold.at} />: <bdi>{line.hold.reason}</bdi>
          </span>
        ) : null}
        {line.closed ? <span className="block soft">closed by {line.closed}</span> : null}
        {needsWords(line)}
      </td>
      <td className="num">
        {countWords(line.healthy)} of {countWords(line.running)}
        <span className="phone:hidden"> healthy</span>
        {line.drifted > 0 ? <span className="block small toned tone-warn">{line.drifted} drifted</span> : null}
      </td>
      <td className="num muted">{openWords(line)}</td>
    </tr>
  );
}

function needsWords({ requires, requiresAny, gates }: EnvironmentLine): string {
  const before = requires.length > 0 && `success in ${requires.join(requiresAny ? " or " : " and ")}`;
  const others = gates.filter((kind) => kind !== "upstream").map(gateTitle);
  return [before, ...new Set(others)].filter(Boolean).join(", ") || "nothing before it";
}

function openWords({ waiting, moving }: EnvironmentLine): string {
  return [moving > 0 && `${moving} under way`, waiting > 0 && `${waiting} waiting`].filter(Boolean).join(", ");
}
