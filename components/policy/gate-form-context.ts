"use client";

import { createContext } from "react";
import type { FieldError } from "@/components/policy/field-errors";

/** What the fields of a form share: what is wrong, and the project's own names. */
export interface FormContext {
  errors: readonly FieldError[];
  environments: readonly string[];
  slos: readonly string[];
}
export const GateFormContext = createContext<FormContext>({ errors: [], environments: [], slos: [] });
