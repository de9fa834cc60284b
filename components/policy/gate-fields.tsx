"use client";

import { use, useState } from "react";
import { type Field as FormField, keysOf } from "@/components/policy/field";
import { errorExactlyAt } from "@/components/policy/field-errors";
import { asItems, type FieldValue, type FieldValues, fromItems, withValue } from "@/components/policy/field-value";
import { GateFormContext } from "@/components/policy/gate-form-context";
import { OneField } from "@/components/policy/one-field";
import { FieldErrors } from "@/components/policy/some-field";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";

export interface FieldsProps {
  fields: readonly FormField[];
  values: FieldValues;
  onChange: (values: FieldValues) => void;
  /** Where these values stand in the gate: `deny[0].`, or nothing. */
  base?: string;
}

/** The fields of a gate, or of one thing in it. */
export function GateFields({ fields, values, onChange, base = "" }: FieldsProps) {
  return (
    <div className="grid gap-4">
      {fields.map((field) => {
        if (field.kind === "either") {
          return <EitherField key={field.label} field={field} values={values} onChange={onChange} base={base} />;
        }
        const { key } = field;
        const path = `${base}${key}`;
        const set = (next: FieldValue | undefined) => onChange(withValue(values, key, next));
        return field.kind === "items" ? (
          <ItemsField key={key} field={field} value={values[key]} onChange={set} path={path} />
        ) : (
          <OneField key={key} field={field} value={values[key]} onChange={set} path={path} />
        );
      })}
    </div>
  );
}

interface EitherFieldProps {
  field: FormField & { kind: "either" };
  values: FieldValues;
  onChange: (values: FieldValues) => void;
  base: string;
}

/** One way or another of saying it: choosing one takes away what belongs to the others alone. */
function EitherField({ field, values, onChange, base }: EitherFieldProps) {
  const { label, ways } = field;
  const keys = ways.map((way) => way.fields.flatMap(keysOf));
  const [chosen, setChosen] = useState(() => wayOf(values, keys));
  const way = ways[chosen] ?? ways[0];
  const choose = (next: number) => {
    setChosen(next);
    const stays = keys[next] ?? [];
    const gone = keys.flat().filter((key) => !stays.includes(key));
    onChange(Object.fromEntries(Object.entries(values).filter(([key]) => !gone.includes(key))));
  };
  return (
    <>
      <Field label={label}>
        {(wiring) => (
          <Select
            {...wiring}
            value={String(chosen)}
            onChange={(event) => choose(Number(event.target.value))}
            options={ways.map((one, index) => ({ value: String(index), label: one.label }))}
          />
        )}
      </Field>
      {way ? <GateFields key={chosen} fields={way.fields} values={values} onChange={onChange} base={base} /> : null}
    </>
  );
}

/** The way of which the values say the most; the first where they say nothing. */
function wayOf(values: FieldValues, keys: readonly string[][]): number {
  const counts = keys.map((own) => own.filter((key) => Object.hasOwn(values, key)).length);
  return counts.indexOf(Math.max(...counts));
}

interface ItemsFieldProps {
  field: FormField & { kind: "items" };
  value: FieldValue | undefined;
  onChange: (value: FieldValue | undefined) => void;
  /** Where the list stands in the gate: `deny`. */
  path: string;
}

/** A list of things with fields of their own: each can be taken away, another added. */
function ItemsField({ field, value, onChange, path }: ItemsFieldProps) {
  const { errors } = use(GateFormContext);
  const items = asItems(value, field.short);
  const put = (next: readonly FieldValues[]) => onChange(fromItems(next, field.short));
  // Counts what was ever there, so that taking one away leaves the others their fields.
  const [keys, setKeys] = useState(() => items.map((_, index) => index));
  const [next, setNext] = useState(items.length);
  const take = (index: number) => {
    setKeys(keys.toSpliced(index, 1));
    put(items.toSpliced(index, 1));
  };
  const add = () => {
    setKeys([...keys, next]);
    setNext(next + 1);
    put([...items, {}]);
  };
  return (
    <fieldset className="grid gap-3">
      <legend className="form-field__label mb-1">{field.label}</legend>
      <FieldErrors words={errorExactlyAt(errors, path)} />
      {items.map((item, index) => (
        <fieldset key={keys[index]} className="gate-item grid gap-3">
          <legend className="small muted">
            {field.one} {index + 1}
          </legend>
          <FieldErrors words={errorExactlyAt(errors, `${path}[${index}]`)} />
          <GateFields
            fields={field.fields}
            values={item}
            base={`${path}[${index}].`}
            onChange={(values) => put(items.with(index, values))}
          />
          <Button size="small" variant="quiet" className="justify-self-start" onClick={() => take(index)}>
            Remove {field.one} {index + 1}
          </Button>
        </fieldset>
      ))}
      <Button size="small" className="justify-self-start" onClick={add}>
        Add a {field.one}
      </Button>
    </fieldset>
  );
}
