"use client";

import { useState } from "react";
import type { ActionFailure } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import type { GateAct } from "@/components/policy/environment-gates";
import type { FieldError } from "@/components/policy/field-errors";
import type { FieldValues } from "@/components/policy/field-value";
import type { Editing } from "@/components/policy/gate-dialog";
import { formOf, gateForms } from "@/components/policy/gate-forms";
import type { PolicyOutcome } from "@/components/policy/policy-outcome";
import { gateTitle } from "@/components/promotion/gate-words";
import type { PolicyPageView, PolicyView } from "@/lib/queries/policy";

export type PolicyAction = (input: unknown) => Promise<PolicyOutcome | ActionFailure>;

/** A text that forms have changed, and the version that it was made from. */
interface Draft {
  text: string;
  policy: PolicyView;
  base: number;
}

interface Open {
  editing: Editing;
  /** The edit that its values make. */
  edit: (values: FieldValues, shadow: boolean) => object;
}

/** The gates as forms have left them: each edit gives another text, which is checked and applied like any other. */
export function usePolicyDraft(view: PolicyPageView, action: PolicyAction) {
  const { project } = view;
  const [draft, setDraft] = useState<Draft>();
  const [open, setOpen] = useState<Open>();
  const [errors, setErrors] = useState<FieldError[]>([]);
  const { run, busy, failure, clear } = useAction(action);
  const base = draft?.base ?? view.version;
  const text = draft?.text ?? view.text;
  const policy = draft?.policy ?? view.policy;

  async function change(edit: object): Promise<void> {
    setErrors([]);
    const outcome = await run({ text, project, edit });
    if (!outcome.ok) return;
    if (outcome.told.kind === "wrong") {
      setErrors(outcome.told.errors);
      return;
    }
    setOpen(undefined);
    const { text: next, policy: after } = outcome.told;
    setDraft(next === view.text && base === view.version ? undefined : { text: next, policy: after, base });
  }

  function act(environment: string, asked: GateAct): void {
    clear();
    setErrors([]);
    const place = policy.environments.find((one) => one.name === environment);
    const form = place && formFor(place, asked);
    if (form) setOpen(form);
    else if (place) void change({ environment, ...editFor(place, asked) });
  }

  const close = () => {
    setOpen(undefined);
    setErrors([]);
    clear();
  };
  const discard = () => {
    close();
    setDraft(undefined);
  };
  const rebase = () => draft && setDraft({ ...draft, base: view.version });
  return { ...{ draft, base, text, policy, open, errors, busy, failure }, ...{ act, change, close, discard, rebase } };
}

type Environment = PolicyView["environments"][number];

/** The form that an act opens; undefined for one that is done at once. */
function formFor({ name: environment, gates, requires }: Environment, asked: GateAct): Open | undefined {
  if (asked.kind === "require") {
    const edit = (values: FieldValues) => ({ kind: "require", environment, requires: emptyAsNull(values) });
    return { editing: { ...gateForms.upstream, title: `What ${environment} requires`, values: requires ?? {} }, edit };
  }
  if (asked.kind === "add") {
    const form = formOf(asked.gate);
    if (!form) return undefined;
    const edit = (values: FieldValues, shadow: boolean) => ({
      kind: "add",
      environment,
      item: itemOf(asked.gate, values, shadow),
    });
    return {
      editing: { ...form, title: `Add ${gateTitle(asked.gate)} to ${environment}`, values: form.start, shadow: false },
      edit,
    };
  }
  const gate = asked.kind === "edit" ? gates[asked.place] : undefined;
  const form = gate && formOf(gate.kind);
  if (!gate || !form || asked.kind !== "edit") return undefined;
  const { place } = asked;
  const edit = (values: FieldValues, shadow: boolean) => ({
    ...{ kind: "replace", environment, place },
    item: itemOf(gate.kind, values, shadow),
  });
  const { config: values, shadow } = gate;
  return { editing: { ...form, title: `${gateTitle(gate.kind)} of ${environment}`, values, shadow }, edit };
}

function itemOf(kind: string, values: FieldValues, shadow: boolean) {
  return { [kind]: values, ...(shadow ? { shadow } : {}) };
}

/** Nothing chosen is no requirement. */
function emptyAsNull(values: FieldValues): FieldValues | null {
  return Object.keys(values).length === 0 ? null : values;
}

function editFor({ gates }: Environment, asked: GateAct): object {
  if (asked.kind !== "shadow") return asked;
  const { shadow: _, ...item } = gates[asked.place]?.item ?? {};
  return { kind: "replace", place: asked.place, item: asked.on ? { ...item, shadow: true } : item };
}
