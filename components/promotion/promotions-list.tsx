"use client";

import { useQueryStates } from "nuqs";
import { useView } from "@/components/live/use-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import { PromotionLines } from "@/components/promotion/promotion-lines";
import { phaseChips, promotionsParams, promotionsPath } from "@/components/promotion/promotions-filter";
import { useProjectsInSight } from "@/components/shell/projects-in-sight";
import { Button } from "@/components/ui/button";
import { Chip, ChipGroup } from "@/components/ui/chip";
import { EmptyState } from "@/components/ui/empty-state";
import { Pagination } from "@/components/ui/pagination";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import type { PromotionsView } from "@/lib/queries/promotions";

/** Every promotion, the newest first, by the filter in the address; it stays current while one looks. */
export function PromotionsList({ initial, initialPath }: { initial: PromotionsView; initialPath: string }) {
  const [params, setParams] = useQueryStates(promotionsParams, { history: "push" });
  const { all, inSight } = useProjectsInSight();
  const path = promotionsPath(params, inSight);
  const { data, error, refetch } = useView<PromotionsView>(path, {
    initial: path === initialPath ? initial : undefined,
    watches: { projects: params.project ? [params.project] : inSight },
    keep: true,
  });
  const set = (change: Partial<Record<keyof typeof params, string | null>>) =>
    setParams({ after: null, ...change } as Partial<typeof params>);
  const isFiltered = Boolean(params.project || params.environment || params.service || params.phase);

  return (
    <>
      <div className="filterbar">
        <ChipGroup label="Where it stands">
          <Chip pressed={!params.phase} onClick={() => set({ phase: null })}>
            All
          </Chip>
          {phaseChips.map(({ value, label }) => (
            <Chip
              key={value}
              pressed={params.phase === value}
              onClick={() => set({ phase: params.phase === value ? null : value })}
            >
              {label}
            </Chip>
          ))}
        </ChipGroup>
        <span className="filterbar__sep" />
        {all.length > 1 ? (
          <FilterSelect name="project" value={params.project} choices={inSight} onChange={set} />
        ) : null}
        <FilterSelect name="environment" value={params.environment} choices={data?.environments ?? []} onChange={set} />
        <FilterSelect name="service" value={params.service} choices={data?.services ?? []} onChange={set} />
      </div>
      {error && !data ? (
        <ViewErrorState title="The promotions could not be read" error={error} onRetry={refetch} />
      ) : null}
      {!data && !error ? (
        <div className="sheet p-4">
          <Skeleton lines={6} label="Loading the promotions" />
        </div>
      ) : null}
      {data && data.lines.length === 0 ? (
        <NoPromotions isFiltered={isFiltered} onClear={() => setParams(null)} />
      ) : null}
      {data && data.lines.length > 0 ? (
        <PromotionLines lines={data.lines} withProject={inSight.length > 1 && !params.project} />
      ) : null}
      {data && (data.next || params.after) ? (
        <Pagination
          previousLabel="Newest"
          onPrevious={params.after ? () => set({}) : undefined}
          onNext={data.next ? () => set({ after: data.next }) : undefined}
        />
      ) : null}
    </>
  );
}

interface FilterSelectProps {
  name: "project" | "environment" | "service";
  value: string | null;
  choices: string[];
  onChange: (change: Partial<Record<"project" | "environment" | "service", string | null>>) => void;
}

function FilterSelect({ name, value, choices, onChange }: FilterSelectProps) {
  const known = value && !choices.includes(value) ? [value, ...choices] : choices;
  return (
    <Select
      small
      aria-label={name}
      value={value ?? ""}
      onChange={(event) => onChange({ [name]: event.target.value || null })}
      options={[{ value: "", label: `every ${name}` }, ...known.map((choice) => ({ value: choice, label: choice }))]}
    />
  );
}

function NoPromotions({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState title="No promotion matches" action={<Button onClick={onClear}>Show all</Button>}>
        Nothing in the projects in sight is like this.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No promotion yet">
      A promotion is asked for from a release, or from its cell in the overview; a CI job asks for one with{" "}
      <code className="mono">waybill promote</code>.
    </EmptyState>
  );
}
