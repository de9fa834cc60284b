"use client";

import { use } from "react";
import type { Field as FormField } from "@/components/policy/field";
import { errorAt } from "@/components/policy/field-errors";
import { asNumber, asText, type FieldValue } from "@/components/policy/field-value";
import { GateFormContext } from "@/components/policy/gate-form-context";
import { LinesInput } from "@/components/policy/lines-input";
import { SomeField } from "@/components/policy/some-field";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

interface OneFieldProps {
  field: Exclude<FormField, { kind: "either" | "items" }>;
  value: FieldValue | undefined;
  onChange: (value: FieldValue | undefined) => void;
  /** Where the value stands in the gate: `deny[0].name`. */
  path: string;
}

/** A field of one value, or of a list of words. */
export function OneField({ field, value, onChange: set, path }: OneFieldProps) {
  const { errors, ...names } = use(GateFormContext);
  const { label } = field;
  const error = errorAt(errors, path);
  switch (field.kind) {
    case "flag":
      return (
        <Checkbox
          label={label}
          hint={field.hint}
          checked={value === true}
          onCheckedChange={(on) => set(on ? true : undefined)}
        />
      );
    case "names":
      return (
        <SomeField
          label={label}
          value={value}
          options={toOptions(names[field.of])}
          usual={[]}
          error={error}
          onChange={set}
        />
      );
    case "some":
      return <SomeField {...field} value={value} error={error} onChange={set} />;
    case "name":
      return (
        <Field label={label} error={error} required>
          {(wiring) => (
            <Select
              {...wiring}
              value={asText(value)}
              onChange={(event) => set(event.target.value)}
              options={[{ value: "", label: "choose one" }, ...choices(names[field.of], asText(value))]}
            />
          )}
        </Field>
      );
    default:
      return (
        <Field label={label} hint={field.hint} error={error} required={"required" in field && field.required}>
          {(wiring) =>
            field.kind === "lines" ? (
              <LinesInput wiring={wiring} value={value} onChange={set} />
            ) : (
              <Input
                {...wiring}
                inputMode={field.kind === "number" ? "decimal" : undefined}
                value={asText(value)}
                onChange={(event) => set(field.kind === "number" ? asNumber(event.target.value) : event.target.value)}
              />
            )
          }
        </Field>
      );
  }
}

/** A name that the project does not have is shown too: it is what is wrong. */
function choices(names: readonly string[], chosen: string) {
  const all = chosen === "" || names.includes(chosen) ? names : [...names, chosen];
  return all.map((name) => ({ value: name, label: name }));
}

function toOptions(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
