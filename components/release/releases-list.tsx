"use client";

import { debounce, useQueryStates } from "nuqs";
import { useView } from "@/components/live/use-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import { type AnnounceAction, AnnounceButton } from "@/components/release/announce-button";
import { ReleaseLines } from "@/components/release/release-lines";
import { releasesParams, releasesPath } from "@/components/release/releases-filter";
import { useProjectsInSight } from "@/components/shell/projects-in-sight";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { Pagination } from "@/components/ui/pagination";
import { SearchField } from "@/components/ui/search-field";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import type { ReleasesView } from "@/lib/queries/releases";

interface ReleasesListProps {
  /** Left out where the address cannot be meant: reading it says why. */
  initial: ReleasesView | undefined;
  initialPath: string;
  announce: AnnounceAction;
}

/** Every release of the projects in sight, the newest first; it stays current while one looks. */
export function ReleasesList({ initial, initialPath, announce }: ReleasesListProps) {
  const [params, setParams] = useQueryStates(releasesParams, { history: "push" });
  const { inSight } = useProjectsInSight();
  const path = releasesPath(params, inSight);
  const { data, error, refetch } = useView<ReleasesView>(path, {
    initial: path === initialPath ? initial : undefined,
    watches: { projects: params.project ? [params.project] : inSight },
    keep: true,
  });
  const isFiltered = Boolean(params.project || params.service || params.text);
  const announceable = (data ?? initial)?.announceable.filter((choice) => choice.services.length > 0);

  return (
    <>
      <PageHead
        title="Releases"
        note="each an immutable set of images, known by digest"
        actions={
          announceable && announceable.length > 0 ? <AnnounceButton action={announce} choices={announceable} /> : null
        }
      />
      <div className="filterbar">
        <SearchField
          label="Filter releases"
          placeholder="Release, commit, digest"
          shortcut="/"
          value={params.text ?? ""}
          onChange={(text) =>
            setParams({ text: text || null, after: null }, { history: "replace", limitUrlUpdates: debounce(250) })
          }
        />
        <span className="filterbar__sep" />
        {inSight.length > 1 ? (
          <Select
            small
            aria-label="project"
            value={params.project ?? ""}
            onChange={(event) => setParams({ project: event.target.value || null, service: null, after: null })}
            options={choices("every project", inSight, params.project)}
          />
        ) : null}
        <Select
          small
          aria-label="service"
          value={params.service ?? ""}
          onChange={(event) => setParams({ service: event.target.value || null, after: null })}
          options={choices("every service", data?.services ?? [], params.service)}
        />
        <span className="push small muted">newest first</span>
      </div>
      {error && !data ? (
        <ViewErrorState title="The releases could not be read" error={error} onRetry={refetch} />
      ) : null}
      {!data && !error ? (
        <div className="sheet p-4">
          <Skeleton lines={8} label="Loading the releases" />
        </div>
      ) : null}
      {data && data.lines.length === 0 ? <NoReleases isFiltered={isFiltered} onClear={() => setParams(null)} /> : null}
      {data && data.lines.length > 0 ? (
        <ReleaseLines lines={data.lines} withProject={inSight.length > 1 && !params.project} />
      ) : null}
      {data && (data.next || params.after) ? (
        <Pagination
          previousLabel="Newest"
          onPrevious={params.after ? () => setParams({ after: null }) : undefined}
          onNext={data.next ? () => setParams({ after: data.next }) : undefined}
        />
      ) : null}
    </>
  );
}

function choices(all: string, names: readonly string[], chosen: string | null) {
  const known = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
  return [{ value: "", label: all }, ...known.map((name) => ({ value: name, label: name }))];
}

function NoReleases({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState title="No release matches" action={<Button onClick={onClear}>Show all</Button>}>
        Looked for in names, versions, and the beginnings of commits and digests.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No release yet">
      A CI job announces one with <code className="mono">waybill announce</code> after it has pushed the image.
    </EmptyState>
  );
}
