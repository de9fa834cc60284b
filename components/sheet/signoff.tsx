import type { ReactNode } from "react";
import { Stamp } from "@/components/state/stamp";

interface SignoffProps {
  number: number;
  /** Who signed, or who may: `one of veza-approvers`. */
  who: ReactNode;
  about?: ReactNode;
  /** `approved` and `rejected` are a person's, and ruled double; `unsigned` is open; `requested` comes with the request. */
  state: "approved" | "rejected" | "unsigned" | "requested";
  /** In the stamp, instead of the state's word: `approved 15:12`. */
  children?: ReactNode;
}

/** A line to sign on: solid where somebody did, dashed while it is open. */
export function Signoff({ number, who, about, state, children }: SignoffProps) {
  const isSigned = state === "approved" || state === "rejected";
  return (
    <div className={state === "unsigned" ? "signoff signoff--open" : "signoff"}>
      <span className="signoff__no">{number}</span>
      <span>
        <b>{who}</b>
        {about ? <span className="signoff__about">{about}</span> : null}
      </span>
      <Stamp name={state} signed={isSigned}>
        {children}
      </Stamp>
    </div>
  );
}
