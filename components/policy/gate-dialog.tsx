"use client";

import { useId, useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionFailure } from "@/components/action/action-outcome";
import type { Field } from "@/components/policy/field";
import { keysOf } from "@/components/policy/field";
import { errorsBeside, errorWords, type FieldError } from "@/components/policy/field-errors";
import type { FieldValues } from "@/components/policy/field-value";
import { GateFields } from "@/components/policy/gate-fields";
import { GateFormContext } from "@/components/policy/gate-form-context";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";

/** A gate in its form. Without `shadow` it has none: what must have succeeded before. */
export interface Editing {
  title: string;
  about: string;
  fields: readonly Field[];
  values: FieldValues;
  shadow?: boolean;
}

interface GateDialogProps {
  editing: Editing | undefined;
  names: { environments: readonly string[]; slos: readonly string[] };
  busy: boolean;
  failure: ActionFailure | undefined;
  errors: readonly FieldError[];
  onClose: () => void;
  onDone: (values: FieldValues, shadow: boolean) => void;
}

/** The form of one gate. What is put in is checked by the rules of the file; nothing is applied by it. */
export function GateDialog({ editing, onClose, busy, ...rest }: GateDialogProps) {
  const id = useId();
  return (
    <Dialog
      open={editing !== undefined}
      onOpenChange={(open) => open || onClose()}
      wide
      title={editing?.title ?? ""}
      description={editing?.about}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={busy}>
            Keep the change
          </Button>
        </>
      }
    >
      {editing ? <GateForm id={id} editing={editing} busy={busy} {...rest} /> : null}
    </Dialog>
  );
}

interface GateFormProps extends Omit<GateDialogProps, "editing" | "onClose"> {
  id: string;
  editing: Editing;
}

function GateForm({ id, editing, names, busy, failure, errors, onDone }: GateFormProps) {
  const [values, setValues] = useState(editing.values);
  const [shadow, setShadow] = useState(editing.shadow ?? false);
  const beside = errorsBeside(errors, editing.fields.flatMap(keysOf));
  return (
    <form
      id={id}
      className="grid gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onDone(values, shadow);
      }}
    >
      <ActionFailureNote failure={failure} />
      {beside.length > 0 ? (
        <Alert tone="fail" live title={beside.length === 1 ? "This cannot stand so" : "Some of this cannot stand so"}>
          {beside.map((one) => (
            <p key={`${one.path} ${one.message}`}>
              {one.field === "" ? null : <span className="mono break-all">{one.path} </span>}
              {errorWords(one)}
            </p>
          ))}
        </Alert>
      ) : null}
      <GateFormContext value={{ errors, ...names }}>
        <GateFields fields={editing.fields} values={values} onChange={setValues} />
      </GateFormContext>
      {editing.shadow === undefined ? null : (
        <Checkbox
          label="In shadow"
          hint="It is judged and recorded, and stops nothing: to try a rule before it bites"
          checked={shadow}
          onCheckedChange={setShadow}
        />
      )}
    </form>
  );
}
