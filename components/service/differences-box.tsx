"use client";

import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs";
import { ShortDigest } from "@/components/digest/short-digest";

import { CommitLink } from "@/components/release/commit-link";
import { comparisonOf, type Difference, differencesOf } from "@/components/service/differences";
import { Box } from "@/components/sheet/box";
import { ExactTime } from "@/components/time/exact-time";
import { Checkbox } from "@/components/ui/checkbox";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import { Select } from "@/components/ui/select";
import { sizeWords } from "@/lib/pipeline/policy/size-words";
import type { ServicePlace, ServiceView } from "@/lib/queries/service";

const params = { a: parseAsString, b: parseAsString, all: parseAsBoolean };

/** What differs between what runs in any two environments. */
export function DifferencesBox({ number, view }: { number: number; view: ServiceView }) {
  const [chosen, setChosen] = useQueryStates(params, { history: "replace" });
  const [first, second] = startingPair(view.places);
  const a = placeNamed(view.places, chosen.a) ?? first;
  const b = placeNamed(view.places, chosen.b) ?? second;
  if (!a || !b) return null;
  return (
    <Box number={number} title="What differs" note="between what runs in two environments" flush>
      <div className="flex flex-wrap items-center gap-2 py-2 pr-4 pl-10">
        <PlaceSelect label="From" value={a} places={view.places} onChange={(name) => setChosen({ a: name })} />
        <span className="muted small">and</span>
        <PlaceSelect label="To" value={b} places={view.places} onChange={(name) => setChosen({ b: name })} />
        <Checkbox
          label="Also what is the same"
          checked={chosen.all ?? false}
          onCheckedChange={(all) => setChosen({ all: all || null })}
        />
      </div>
      <Between a={a} b={b} view={view} all={chosen.all ?? false} />
    </Box>
  );
}

function Between({ a, b, view, all }: { a: ServicePlace; b: ServicePlace; view: ServiceView; all: boolean }) {
  const [left, right] = [a.image, b.image];
  const missing = [a, b].filter((place) => !place.image).map((place) => place.environment);
  if (!left || !right) {
    return (
      <EmptyState title="Not known" bare>
        What runs in {missing.join(" and in ")} was never announced, or nothing runs there: its image cannot be
        described.
      </EmptyState>
    );
  }
  const rows = differencesOf(left, right);
  const shown = all ? rows : rows.filter((row) => !row.same);
  const compare = comparisonOf(left, right, view.source);
  if (shown.length === 0) {
    return (
      <EmptyState title="Nothing" bare>
        {a.environment} and {b.environment} run the same image.
      </EmptyState>
    );
  }
  const columns = [
    { key: "name", head: "of the image", width: "26%" },
    { key: "a", head: a.environment },
    { key: "b", head: b.environment },
    { key: "same", head: <span className="sr">same or not</span>, width: "96px" },
  ];
  return (
    <Lines caption={`${a.environment} and ${b.environment}`} columns={columns} heads stack>
      {shown.map((row) => (
        <tr key={row.name}>
          <th scope="row" className={row.name.includes(".") ? "mono" : "strong"}>
            {row.name}
          </th>
          <td>
            <Value row={row} text={row.a} source={view.source ?? left.source} />
          </td>
          <td>
            <Value row={row} text={row.b} source={view.source ?? right.source} />
          </td>
          <td className="muted lines__side">
            {row.kind === "commit" && compare ? (
              <a className="link" href={compare} rel="noreferrer" target="_blank">
                compare
              </a>
            ) : row.same ? (
              "same"
            ) : (
              "differs"
            )}
          </td>
        </tr>
      ))}
    </Lines>
  );
}

function Value({ row, text, source }: { row: Difference; text: string; source: string | null }) {
  if (text === "") return <span className="muted">not set</span>;
  switch (row.kind) {
    case "digest":
      return <ShortDigest digest={text} />;
    case "commit":
      return <CommitLink revision={text} source={source} />;
    case "time":
      return <ExactTime at={text} show="moment" />;
    case "size":
      return sizeWords(Number(text));
    case "text":
      return <span className="break-words">{text}</span>;
    default:
      return row.kind satisfies never;
  }
}

interface PlaceSelectProps {
  label: string;
  value: ServicePlace;
  places: ServicePlace[];
  onChange: (name: string) => void;
}

function PlaceSelect({ label, value, places, onChange }: PlaceSelectProps) {
  return (
    <Select
      small
      aria-label={label}
      value={value.environment}
      onChange={(event) => onChange(event.target.value)}
      options={places.map(({ environment }) => ({ value: environment, label: environment }))}
    />
  );
}

/** The first neighbours that run different images; without any, the last two. */
function startingPair(places: ServicePlace[]): [ServicePlace | undefined, ServicePlace | undefined] {
  const at = places.findIndex((place, index) => {
    const before = places[index - 1];
    return before?.image && place.image && before.image.digest !== place.image.digest;
  });
  const index = at > 0 ? at : places.length - 1;
  return [places[index - 1], places[index]];
}

function placeNamed(places: ServicePlace[], name: string | null): ServicePlace | undefined {
  return places.find((place) => place.environment === name);
}
