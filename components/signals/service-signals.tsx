"use client";

import { useState } from "react";
import { useView } from "@/components/live/use-view";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { PlaceSignalsBox } from "@/components/signals/place-signals-box";
import { Segmented } from "@/components/ui/segmented";
import type { ServiceSignalsView } from "@/lib/queries/service-signals";

const spans = [
  { value: "3600000", label: "1 h" },
  { value: "21600000", label: "6 h" },
  { value: "86400000", label: "24 h" },
];

interface ServiceSignalsProps {
  initial: ServiceSignalsView;
  path: string;
  /** The number of its first box. */
  number: number;
}

/** The signals of a service, environment by environment, as they go. */
export function ServiceSignals({ initial, path, number }: ServiceSignalsProps) {
  const { project, service } = initial;
  const [span, setSpan] = useState("3600000");
  const read = useView<ServiceSignalsView>(path, {
    ...{ initial, watches: { projects: [project], service } },
    everyMs: (last) => Math.max(10_000, Math.min(last?.everyMs ?? 60_000, 60_000)),
  });
  const view = read.data ?? initial;
  return (
    <Sheet label="Signals">
      <header className="signals-head">
        <h2 className="strong">Signals</h2>
        <span className="muted small">{askedWords(view)}</span>
        <Segmented label="Time shown" options={spans} value={span} onChange={setSpan} />
      </header>
      {pairs(view.places).map((pair, row) => (
        <SheetRow key={pair[0]?.environment} boxes={pair.length}>
          {pair.map((place, index) => (
            <PlaceSignalsBox
              key={place.environment}
              number={number + row * 2 + index}
              place={place}
              asOf={view.asOf}
              spanMs={Number(span)}
            />
          ))}
        </SheetRow>
      ))}
    </Sheet>
  );
}

function askedWords({ everyMs }: ServiceSignalsView): string {
  if (everyMs === null) return "the project's file names no signals: only what the cluster says is known";
  return everyMs % 60_000 === 0 ? `asked every ${everyMs / 60_000} min` : `asked every ${everyMs / 1000} s`;
}

/** Two environments beside each other, as above. */
function pairs(places: ServiceSignalsView["places"]): ServiceSignalsView["places"][] {
  return places.flatMap((_, index) => (index % 2 === 0 ? [places.slice(index, index + 2)] : []));
}
