"use client";

import { SlidersHorizontal } from "lucide-react";
import { type ReactNode, useState } from "react";
import { chainName } from "@/components/ledger/chain-stamp";
import { entryGroups, fromField, type HistoryParams, toField } from "@/components/ledger/history-filter";
import { useInBrowser } from "@/components/time/now";
import { Chip, ChipGroup } from "@/components/ui/chip";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { HistoryView } from "@/lib/queries/history";

interface HistoryFiltersProps {
  params: HistoryParams;
  project: string;
  chains: string[];
  choices: HistoryView["choices"];
  onChange: (change: Partial<HistoryParams>) => void;
}

const systems = ["worker", "observer", "start", "automation"];

/** What narrows the ledger; the chips at hand, the rest one click away. */
export function HistoryFilters({ params, project, chains, choices, onChange }: HistoryFiltersProps) {
  const more = [params.release, params.promotion, params.by, params.from, params.to].filter(Boolean).length;
  const [open, setOpen] = useState(more > 0);
  return (
    <>
      <div className="filterbar">
        {chains.length > 1 ? (
          <Select
            small
            aria-label="Whose ledger"
            value={project}
            onChange={(event) =>
              onChange({
                project: event.target.value,
                environment: null,
                service: null,
                release: null,
                promotion: null,
              })
            }
            options={chains.map((chain) => ({ value: chain, label: chainName(chain) }))}
          />
        ) : null}
        <ChipGroup label="What happened">
          <Chip pressed={params.kind === null} onClick={() => onChange({ kind: null })}>
            All
          </Chip>
          {entryGroups.map(({ value, label }) => (
            <Chip
              key={value}
              pressed={params.kind === value}
              onClick={() => onChange({ kind: params.kind === value ? null : value })}
            >
              {label}
            </Chip>
          ))}
        </ChipGroup>
        <span className="filterbar__sep" />
        <Choice name="environment" value={params.environment} choices={choices.environments} onChange={onChange} />
        <Choice name="service" value={params.service} choices={choices.services} onChange={onChange} />
        <Chip
          aria-expanded={open}
          count={more > 0 ? more : undefined}
          icon={<SlidersHorizontal className="i i--xs" aria-hidden="true" />}
          onClick={() => setOpen(!open)}
        >
          More
        </Chip>
      </div>
      {open ? <MoreFilters params={params} people={choices.people} onChange={onChange} /> : null}
    </>
  );
}

function Choice(props: {
  name: "environment" | "service";
  value: string | null;
  choices: string[];
  onChange: HistoryFiltersProps["onChange"];
}) {
  const { name, value, choices, onChange } = props;
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

interface MoreFiltersProps {
  params: HistoryParams;
  people: HistoryView["choices"]["people"];
  onChange: HistoryFiltersProps["onChange"];
}

function MoreFilters({ params, people, onChange }: MoreFiltersProps) {
  const inBrowser = useInBrowser();
  const known = [
    { value: "", label: "everybody" },
    ...people.map((person) => ({ value: person.id, label: person.name })),
    ...systems.map((system) => ({ value: system, label: `${system} (Waybill itself)` })),
  ];
  const by = params.by ?? "";
  const options = known.some((one) => one.value === by) ? known : [...known, { value: by, label: by }];
  return (
    <div className="sheet mb-3 grid gap-3 p-4 phone:grid-cols-3 aside:grid-cols-5">
      <Field label="By">
        {(wiring) => (
          <Select
            {...wiring}
            value={by}
            onChange={(event) => onChange({ by: event.target.value || null })}
            options={options}
          />
        )}
      </Field>
      <Typed label="Release" value={params.release} onChange={(release) => onChange({ release })} />
      <Typed label="Promotion" value={params.promotion} onChange={(promotion) => onChange({ promotion })} />
      <Moment label="From" value={inBrowser ? toField(params.from) : ""} onChange={(from) => onChange({ from })} />
      <Moment label="To" value={inBrowser ? toField(params.to) : ""} onChange={(to) => onChange({ to })} />
    </div>
  );
}

/** A text that counts once it is finished: by Enter, or when the field is left. */
function Typed({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  return (
    <Field label={label}>
      {(wiring): ReactNode => (
        <Input
          {...wiring}
          key={value}
          mono
          defaultValue={value ?? ""}
          onBlur={(event) => {
            const text = event.target.value.trim() || null;
            if (text !== value) onChange(text);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") event.currentTarget.blur();
          }}
        />
      )}
    </Field>
  );
}

function Moment({ label, value, onChange }: { label: string; value: string; onChange: (iso: string | null) => void }) {
  return (
    <Field label={label}>
      {(wiring) => (
        <Input
          {...wiring}
          type="datetime-local"
          value={value}
          onChange={(event) => onChange(fromField(event.target.value))}
        />
      )}
    </Field>
  );
}
