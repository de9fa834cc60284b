import type { InputHTMLAttributes, Ref } from "react";
import { classNames } from "./class-names";

interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  /** For digests, hashes, references. */
  mono?: boolean;
  ref?: Ref<HTMLInputElement>;
}

export function Input({ mono, className, ...rest }: InputProps) {
  return <input {...rest} className={classNames("input", mono && "input--mono", className)} />;
}
