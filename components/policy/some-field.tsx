"use client";

import { asText, type FieldValue } from "@/components/policy/field-value";
import { Shape } from "@/components/state/shape";
import { Checkbox } from "@/components/ui/checkbox";

interface SomeFieldProps {
  label: string;
  hint?: string;
  value: FieldValue | undefined;
  options: Record<string, string>;
  /** Those that count where nothing is said. */
  usual: readonly string[];
  error: string | undefined;
  onChange: (value: FieldValue | undefined) => void;
}

/** Any of these; what is usual is left out of the file. */
export function SomeField({ label, hint, value, options, usual, error, onChange }: SomeFieldProps) {
  const chosen = Array.isArray(value) ? value.map(asText) : [...usual];
  const all = {
    ...options,
    ...Object.fromEntries(chosen.filter((one) => !Object.hasOwn(options, one)).map((one) => [one, one])),
  };
  const set = (name: string, on: boolean) => {
    const next = on ? [...chosen, name] : chosen.filter((one) => one !== name);
    onChange(next.toSorted().join() === [...usual].sort().join() ? undefined : next);
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="form-field__label mb-1">{label}</legend>
      {Object.entries(all).map(([name, words]) => (
        <Checkbox key={name} label={words} checked={chosen.includes(name)} onCheckedChange={(on) => set(name, on)} />
      ))}
      {hint ? <p className="form-field__hint">{hint}</p> : null}
      <FieldErrors words={error} />
    </fieldset>
  );
}

/** What is wrong with several controls together. */
export function FieldErrors({ words }: { words: string | undefined }) {
  if (!words) return null;
  return (
    <p className="form-field__error" role="alert">
      <Shape name="fail" />
      <span>{words}</span>
    </p>
  );
}
