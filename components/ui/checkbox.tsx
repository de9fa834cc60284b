"use client";

import { Check } from "lucide-react";
import * as Radix from "radix-ui/checkbox";
import { type ReactNode, useId } from "react";

interface CheckboxProps {
  label: ReactNode;
  hint?: ReactNode;
  name?: string;
  value?: string;
  checked?: boolean;
  defaultChecked?: boolean;
  disabled?: boolean;
  required?: boolean;
  onCheckedChange?: (checked: boolean) => void;
}

export function Checkbox({ label, hint, onCheckedChange, ...rest }: CheckboxProps) {
  const id = useId();
  return (
    <div className="check">
      <Radix.Root
        {...rest}
        id={id}
        className="check__box"
        aria-describedby={hint ? `${id}-hint` : undefined}
        onCheckedChange={(checked) => onCheckedChange?.(checked === true)}
      >
        <Radix.Indicator>
          <Check className="i i--s" strokeWidth={2.5} aria-hidden="true" />
        </Radix.Indicator>
      </Radix.Root>
      <label htmlFor={id}>{label}</label>
      {hint ? (
        <p className="check__hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}
