"use client";

import { debounce, useQueryStates } from "nuqs";
import { useView } from "@/components/live/use-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import { ServiceLines } from "@/components/service/service-lines";
import { servicesParams, servicesPath } from "@/components/service/services-filter";
import { useProjectsInSight } from "@/components/shell/projects-in-sight";
import { Button } from "@/components/ui/button";
import { Chip, ChipGroup } from "@/components/ui/chip";
import { countWords } from "@/components/ui/count-words";
import { EmptyState } from "@/components/ui/empty-state";
import { Pagination } from "@/components/ui/pagination";
import { SearchField } from "@/components/ui/search-field";
import { Skeleton } from "@/components/ui/skeleton";
import type { ServicesView } from "@/lib/queries/services";

/** Every service of the projects in sight, with what it runs where; it stays current while one looks. */
export function ServicesList({ initial, initialPath }: { initial: ServicesView | undefined; initialPath: string }) {
  const [params, setParams] = useQueryStates(servicesParams, { history: "push" });
  const { inSight } = useProjectsInSight();
  const path = servicesPath(params, inSight);
  const { data, error, refetch } = useView<ServicesView>(path, {
    initial: path === initialPath ? initial : undefined,
    watches: { projects: params.project ? [params.project] : inSight },
    keep: true,
  });
  const search = (text: string) =>
    setParams({ text: text || null, after: null }, { history: "replace", limitUrlUpdates: debounce(250) });

  return (
    <>
      <div className="filterbar">
        <SearchField
          label="Filter services"
          placeholder="Service or repository"
          shortcut="/"
          value={params.text ?? ""}
          onChange={search}
        />
        {inSight.length > 1 ? (
          <>
            <span className="filterbar__sep" />
            <ChipGroup label="Project">
              <Chip pressed={!params.project} onClick={() => setParams({ project: null, after: null })}>
                All
              </Chip>
              {inSight.map((project) => (
                <Chip
                  key={project}
                  pressed={params.project === project}
                  onClick={() => setParams({ project: params.project === project ? null : project, after: null })}
                >
                  {project}
                </Chip>
              ))}
            </ChipGroup>
          </>
        ) : null}
        {data ? (
          <span className="push small muted" role="status">
            {countWords(data.total)} {data.total === 1 ? "service" : "services"}
          </span>
        ) : null}
      </div>
      {error && !data ? (
        <ViewErrorState title="The services could not be read" error={error} onRetry={refetch} />
      ) : null}
      {!data && !error ? (
        <div className="sheet p-4">
          <Skeleton lines={8} label="Loading the services" />
        </div>
      ) : null}
      {data && data.lines.length === 0 ? (
        <NoServices isFiltered={Boolean(params.text || params.project)} onClear={() => setParams(null)} />
      ) : null}
      {data && data.lines.length > 0 ? (
        <ServiceLines lines={data.lines} withProject={inSight.length > 1 && !params.project} />
      ) : null}
      {data && (data.next || params.after) ? (
        <Pagination
          previousLabel="First"
          nextLabel="More"
          onPrevious={params.after ? () => setParams({ after: null }) : undefined}
          onNext={data.next ? () => setParams({ after: data.next }) : undefined}
        />
      ) : null}
    </>
  );
}

function NoServices({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState title="No service matches" action={<Button onClick={onClear}>Show all</Button>}>
        Nothing in the projects in sight has this in its name or repository.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No service yet">
      A project's file says which services it has and where they run: Settings, Project file.
    </EmptyState>
  );
}
