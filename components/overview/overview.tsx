"use client";

import { type ReactNode, useMemo } from "react";
import { useView } from "@/components/live/use-view";
import { columnsOf } from "@/components/matrix/matrix-sections";
import { useProjectsInSight } from "@/components/shell/projects-in-sight";
import { countWords } from "@/components/ui/count-words";
import { Page, PageHead } from "@/components/ui/page";
import type { MatrixView } from "@/lib/queries/matrix-view";
import type { OverviewView } from "@/lib/queries/overview";
import { FilterBar } from "./filter-bar";
import { HoldButton } from "./hold-button";
import type { HoldAction } from "./hold-dialog";
import { MatrixPart } from "./matrix-part";
import { overviewPath, projectsAsked } from "./overview-filter";
import { OverviewStrip } from "./overview-strip";
import { useMatrixWindows } from "./use-matrix-windows";
import { useOverviewParams } from "./use-overview-params";
import { useSettled } from "./use-settled";
import { useTrailingRead } from "./use-trailing-read";

interface OverviewProps {
  /** The first window, as the server put it into the page, and its address. */
  initial: MatrixView;
  initialPath: string;
  /** Left out where counting a large fleet would have kept the page waiting. */
  overview?: OverviewView;
  /** Whether there is any environment that this person may hold. */
  mayHold: boolean;
  /** What the signs of the matrix mean. */
  legend: ReactNode;
  holdAction: HoldAction;
}

/** From this many environments on, the matrix takes the navigation's room too. */
const wideFrom = 4;

/** What runs where, is it healthy, what waits for me. */
export function Overview({ initial, initialPath, overview, mayHold, legend, holdAction }: OverviewProps) {
  const { all, inSight } = useProjectsInSight();
  const [params, setParams] = useOverviewParams();
  const projects = useMemo(() => projectsAsked(all, inSight), [all, inSight]);
  const text = useSettled(params.text);
  const filter = useMemo(() => ({ text, show: params.show, projects }), [text, params.show, projects]);
  const windows = useMatrixWindows({ filter, watched: inSight, initial, initialPath });
  const above = useView<OverviewView>(overviewPath(projects), {
    ...{ initial: overview, watches: { projects: inSight }, keep: true },
  });
  useTrailingRead(windows.readAt, above.data?.summary.reusedForMs, above.refetch);

  const view = windows.view ?? initial;
  const environments = useMemo(() => columnsOf(view.projects), [view.projects]);
  const drawn = params.environments?.filter((name) => environments.includes(name));
  const columns = drawn && drawn.length > 0 ? drawn : undefined;
  return (
    <Page wide={(columns ?? environments).length >= wideFrom}>
      <PageHead
        title="Overview"
        note={sizeWords(above.data?.summary.counts.all ?? view.total, inSight.length)}
        actions={mayHold ? <HoldButton projects={projects} holdAction={holdAction} /> : null}
      />
      <OverviewStrip view={above.data} named={inSight.length > 1} />
      <FilterBar
        text={params.text}
        onText={(next) => void setParams({ text: next || null })}
        show={params.show}
        onShow={(show) => void setParams({ show: show === "all" ? null : show })}
        counts={above.data?.summary.counts}
        environments={environments}
        drawn={columns}
        onDrawn={(names) => void setParams({ environments: names })}
      />
      <MatrixPart
        windows={windows}
        view={view}
        sums={above.data?.summary.environments}
        columns={columns}
        filterKey={`${filter.text} ${filter.show}`}
        legend={legend}
        onClear={() => void setParams({ text: null, show: null })}
      />
    </Page>
  );
}

function sizeWords(services: number, routes: number): string {
  const told = `${countWords(services)} ${services === 1 ? "service" : "services"}`;
  return `${told} on ${routes} ${routes === 1 ? "route" : "routes"}`;
}
