"use client";

import { useEffect, useMemo, useRef } from "react";
import { ViewErrorState } from "@/components/live/view-error-state";
import { Matrix } from "@/components/matrix/matrix";
import { MatrixLegend } from "@/components/matrix/matrix-legend";
import { Button } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";
import { EmptyState } from "@/components/ui/empty-state";
import type { EnvironmentSum } from "@/lib/queries/matrix-summary";
import type { MatrixCell, MatrixProject, MatrixRow, MatrixView } from "@/lib/queries/matrix-view";
import type { MatrixWindows } from "./use-matrix-windows";

interface MatrixPartProps {
  windows: MatrixWindows;
  view: MatrixView;
  sums?: EnvironmentSum[];
  columns?: string[];
  /** Another one is another list: it is looked at from its beginning. */
  filterKey: string;
  onClear: () => void;
}

/** The matrix, or why there is none. */
export function MatrixPart({ windows, view, sums, columns, filterKey, onClear }: MatrixPartProps) {
  const place = useRef<HTMLDivElement>(null);
  useStartAnew(place, filterKey);
  const projects = useMemo(() => withSums(view.projects, sums), [view.projects, sums]);
  if (windows.error && windows.isOld) {
    return <ViewErrorState title="The matrix could not be read" error={windows.error} onRetry={windows.refetch} />;
  }
  if (view.total === 0) {
    return (
      <EmptyState title="No service fits" action={<Button onClick={onClear}>Show all services</Button>}>
        Nothing in the projects in sight has this name and this state.
      </EmptyState>
    );
  }
  return (
    <div
      ref={place}
      className={classNames("transition-opacity", windows.isOld && "opacity-60")}
      aria-busy={windows.isOld}
    >
      <Matrix
        projects={projects}
        total={view.total}
        rowAt={windows.rowAt}
        onRange={windows.onRange}
        serviceHref={serviceHref}
        promoteHref={promoteHref}
        environments={columns}
      />
      <MatrixLegend />
    </div>
  );
}

function serviceHref({ project, service }: MatrixRow): string {
  return `/services/${project}/${service}`;
}

function promoteHref({ project }: MatrixRow, { environment, canPromote }: MatrixCell): string {
  return `/promote?${new URLSearchParams({ project, environment, release: canPromote?.releaseId ?? "" })}`;
}

/** The counts over the whole fleet, which are asked for apart from the rows. */
function withSums(projects: MatrixProject[], sums: EnvironmentSum[] | undefined): MatrixProject[] {
  if (!sums) return projects;
  const known = new Map(sums.map((sum) => [`${sum.project} ${sum.environment}`, sum]));
  return projects.map((project) => ({
    ...project,
    environments: project.environments.map((environment) => {
      const sum = known.get(`${project.name} ${environment.name}`);
      return sum ? { ...environment, running: sum.running, healthy: sum.healthy } : environment;
    }),
  }));
}

/** Scrolls back to the head of the matrix where it had been left behind. */
function useStartAnew(place: { current: HTMLDivElement | null }, filterKey: string): void {
  const before = useRef(filterKey);
  useEffect(() => {
    if (before.current === filterKey) return;
    before.current = filterKey;
    const element = place.current;
    if (!element) return;
    const frame = element.querySelector(".matrix--frame");
    if (frame) frame.scrollTop = 0;
    if (element.getBoundingClientRect().top < 0) element.scrollIntoView({ block: "start" });
  }, [place, filterKey]);
}
