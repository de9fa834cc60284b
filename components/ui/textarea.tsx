import type { Ref, TextareaHTMLAttributes } from "react";
import { classNames } from "./class-names";

interface TextareaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  /** For files: digits and letters of one width. */
  mono?: boolean;
  ref?: Ref<HTMLTextAreaElement>;
}

export function Textarea({ mono, className, ...rest }: TextareaProps) {
  // What people write may run from right to left.
  return (
    <textarea
      dir={mono ? undefined : "auto"}
      {...rest}
      className={classNames("input input--area", mono && "input--mono", className)}
    />
  );
}
