"use client";

import { useState } from "react";
import { numberWords, signalName } from "@/components/signals/signal-words";
import { useInBrowser } from "@/components/time/now";
import { clockWords } from "@/components/time/time-words";
import { Button } from "@/components/ui/button";
import { Lines } from "@/components/ui/lines";
import type { SignalView } from "@/lib/queries/place-signals";
import type { SignalHistory } from "@/lib/queries/service-signals";

const rowsMax = 25;

interface SignalNumbersProps {
  environment: string;
  signals: readonly SignalView[];
  history: SignalHistory;
}

/** The charts as a table: at most 25 moments, evenly taken, the newest first. */
export function SignalNumbers({ environment, signals, history }: SignalNumbersProps) {
  const [open, setOpen] = useState(false);
  const zone = useInBrowser() ? undefined : "UTC";
  const asked = signals.filter(({ query }) => query !== null);
  if (history.at.length === 0 || asked.length === 0) return null;
  const every = Math.ceil(history.at.length / rowsMax);
  const places = history.at.map((_, index) => index).filter((index) => (history.at.length - 1 - index) % every === 0);
  const columns = [
    { key: "at", head: "at" },
    ...asked.map(({ name }) => ({ key: name, head: signalName(name), numeric: true })),
  ];
  return (
    <div className="signal-numbers">
      <Button size="small" variant="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Without the table" : "As a table"}
      </Button>
      {open ? (
        <Lines caption={`Numbers of before in ${environment}`} columns={columns} heads bare>
          {places.reverse().map((index) => (
            <tr key={history.at[index]}>
              <th scope="row" className="font-regular">
                {clockWords(Date.parse(history.at[index] ?? ""), "time", zone)}
              </th>
              {asked.map((signal) => {
                const value = history.numbers[signal.name]?.[index] ?? null;
                return (
                  <td key={signal.name} className="num" title={value === null ? undefined : String(value)}>
                    {value === null ? "unknown" : numberWords(signal, value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </Lines>
      ) : null}
    </div>
  );
}
