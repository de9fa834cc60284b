"use client";

import { type ReactNode, useId } from "react";
import { Shape } from "@/components/state/shape";

/** What a control needs to be named, described and marked wrong; spread it on the control. */
export interface FieldWiring {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  required?: boolean;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** The message where the value is wrong: names the value and what is allowed. */
  error?: ReactNode;
  required?: boolean;
  className?: string;
  children: (wiring: FieldWiring) => ReactNode;
}

/** A label, a control, a hint and an error that belong together for every way of reading the page. */
export function Field({ label, hint, error, required, className, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const wiring: FieldWiring = { id };
  if (described) wiring["aria-describedby"] = described;
  if (error) wiring["aria-invalid"] = true;
  if (required) wiring.required = true;

  return (
    <div className={className ? `form-field ${className}` : "form-field"}>
      <label className="form-field__label" htmlFor={id}>
        {label}
      </label>
      {children(wiring)}
      {hint ? (
        <p className="form-field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p className="form-field__error" id={`${id}-error`} role="alert">
          <Shape name="fail" />
          <span>{error}</span>
        </p>
      ) : null}
    </div>
  );
}
