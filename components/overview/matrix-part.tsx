"use client";

import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { Matrix } from "@/components/matrix/matrix";
import { classNames } from "@/components/ui/class-names";
import { usePartsWhen } from "@/components/ui/use-parts";
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
  legend: ReactNode;
}

// Seldom wanted, so it is no part of what the page waits for.
const loadNoMatrix = () => import("./no-matrix");

/** The matrix, or why there is none. */
export function MatrixPart({ windows, view, sums, columns, filterKey, onClear, legend }: MatrixPartProps) {
  const place = useRef<HTMLDivElement>(null);
  useStartAnew(place, filterKey);
  const projects = useMemo(() => withSums(view.projects, sums), [view.projects, sums]);
  const failure = windows.isOld ? windows.error : null;
  const isMissing = failure !== null || view.total === 0;
  const parts = usePartsWhen(isMissing, loadNoMatrix);
  if (isMissing) {
    if (!parts) return null;
    return failure ? (
      <parts.NotRead error={failure} onRetry={windows.refetch} />
    ) : (
      <parts.NoService onClear={onClear} />
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
      {legend}
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
