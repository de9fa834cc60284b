"use client";

import { useState } from "react";
import { formOf, listedKinds } from "@/components/policy/gate-forms";
import { gateTitle } from "@/components/promotion/gate-words";
import { Box } from "@/components/sheet/box";
import { Button } from "@/components/ui/button";
import { Lines } from "@/components/ui/lines";
import { Select } from "@/components/ui/select";
import type { GateView, PolicyView } from "@/lib/queries/policy";

type Environment = PolicyView["environments"][number];

/** What somebody asked for about the gates of an environment; a place counts from 0. */
export type GateAct =
  | { kind: "edit" | "remove"; place: number }
  | { kind: "move"; place: number; to: number }
  | { kind: "shadow"; place: number; on: boolean }
  | { kind: "add"; gate: string }
  | { kind: "require" };

interface EnvironmentGatesProps {
  number: number;
  environment: Environment;
  /** Left out for whoever may only look. */
  onAct: ((act: GateAct) => void) | undefined;
  busy: boolean;
}

const columns = [
  { key: "gate", head: "gate", width: "22%" },
  { key: "demand", head: "demands" },
  { key: "acts", head: <span className="sr">what can be done</span>, width: "46%", numeric: true },
];

/** The gates of an environment in their order, each with its form. */
export function EnvironmentGates({ number, environment, onAct, busy }: EnvironmentGatesProps) {
  const { name, gates, requires } = environment;
  return (
    <Box
      number={number}
      title={name}
      note={gates.length === 0 && requires === null ? "no gate but holds, blocks and pins" : undefined}
      answer={
        onAct ? <AddGate environment={name} busy={busy} onAdd={(gate) => onAct({ kind: "add", gate })} /> : undefined
      }
      flush
    >
      <Lines caption={`Gates of ${name}`} columns={columns} heads stack>
        <tr>
          <th scope="row" className="strong">
            {gateTitle("upstream")}
          </th>
          <td>
            {requires === null ? (
              <span className="muted">nothing: a release may enter here first</span>
            ) : (
              requiresWords(requires)
            )}
          </td>
          <td className="num">
            {onAct ? (
              <Button
                size="small"
                variant="quiet"
                aria-label={`Edit what ${name} requires`}
                disabled={busy}
                onClick={() => onAct({ kind: "require" })}
              >
                Edit…
              </Button>
            ) : null}
          </td>
        </tr>
        {gates.map((gate, place) => (
          <Gate
            // biome-ignore lint/suspicious/noArrayIndexKey: the place in the file is what names a gate
            key={place}
            gate={gate}
            place={place}
            last={gates.length - 1}
            environment={name}
            busy={busy}
            onAct={onAct}
          />
        ))}
      </Lines>
    </Box>
  );
}

function requiresWords(requires: NonNullable<Environment["requires"]>): string {
  const [[match, names] = ["all", []]] = Object.entries(requires);
  const list = Array.isArray(names) ? names.map(String) : [];
  return `the same digest succeeded in ${list.join(match === "any" ? " or " : " and ")}`;
}

interface GateProps extends Pick<EnvironmentGatesProps, "onAct" | "busy"> {
  gate: GateView;
  place: number;
  last: number;
  environment: string;
}

function Gate({ gate, place, last, environment, busy, onAct }: GateProps) {
  const title = gateTitle(gate.kind);
  const what = `${title} of ${environment}`;
  const act = (words: string, label: string, then: GateAct, unless = false) => (
    <Button size="small" variant="quiet" aria-label={label} disabled={busy || unless} onClick={() => onAct?.(then)}>
      {words}
    </Button>
  );
  return (
    <tr>
      <th scope="row" className="strong">
        {title}
        {gate.shadow ? <span className="muted font-regular">, in shadow</span> : null}
      </th>
      <td className="break-words">{gate.demand}</td>
      <td className="num">
        {onAct ? (
          <span className="flex flex-wrap gap-1 phone:justify-end">
            {formOf(gate.kind) ? act("Edit…", `Edit ${what}`, { kind: "edit", place }) : null}
            {act("Up", `Move ${what} up`, { kind: "move", place, to: place - 1 }, place === 0)}
            {act("Down", `Move ${what} down`, { kind: "move", place, to: place + 1 }, place === last)}
            {gate.shadow
              ? act("Out of shadow", `Take ${what} out of shadow`, { kind: "shadow", place, on: false })
              : act("Into shadow", `Put ${what} into shadow`, { kind: "shadow", place, on: true })}
            {act("Remove", `Remove ${what}`, { kind: "remove", place })}
          </span>
        ) : null}
      </td>
    </tr>
  );
}

interface AddGateProps {
  environment: string;
  busy: boolean;
  onAdd: (gate: string) => void;
}

function AddGate({ environment, busy, onAdd }: AddGateProps) {
  const [gate, setGate] = useState<string>(listedKinds[0] ?? "");
  return (
    <span className="flex items-center gap-2">
      <Select
        small
        aria-label={`Kind of gate for ${environment}`}
        value={gate}
        onChange={(event) => setGate(event.target.value)}
        options={listedKinds.map((kind) => ({ value: kind, label: gateTitle(kind) }))}
      />
      <Button size="small" aria-label={`Add the gate to ${environment}`} disabled={busy} onClick={() => onAdd(gate)}>
        Add…
      </Button>
    </span>
  );
}
