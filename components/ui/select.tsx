import { ChevronDown } from "lucide-react";
import type { Ref, SelectHTMLAttributes } from "react";
import { classNames } from "./class-names";

export interface SelectOption {
  value: string;
  label: string;
  disabled?: boolean;
}

interface SelectProps extends Omit<SelectHTMLAttributes<HTMLSelectElement>, "children"> {
  options: SelectOption[];
  small?: boolean;
  ref?: Ref<HTMLSelectElement>;
}

/** The browser's own list: it is right on a phone, with a keyboard and with a screen reader. */
export function Select({ options, small, className, ...rest }: SelectProps) {
  return (
    <span className={classNames("select", small && "select--small", className)}>
      <select {...rest} className="input">
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown className="i i--s" aria-hidden="true" />
    </span>
  );
}
