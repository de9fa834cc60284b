import type { Ref, TextareaHTMLAttributes } from "react";
import { classNames } from "./class-names";

interface TextareaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  /** For files: digits and letters of one width. */
  mono?: boolean;
  ref?: Ref<HTMLTextAreaElement>;
}

export function Textarea({ mono, className, ...rest }: TextareaProps) {
  return <textarea {...rest} className={classNames("input input--area", mono && "input--mono", className)} />;
}
