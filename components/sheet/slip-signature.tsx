"use client";

import { useId } from "react";
import { DigestLabel } from "@/components/digest/digest-label";
import { Shape } from "@/components/state/shape";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";

interface SlipSignatureProps {
  /** Of the plan that is signed. */
  planHash: string;
  reason: string;
  onReasonChange: (reason: string) => void;
  /** Why it could not be signed. */
  error?: string;
  busy?: "approve" | "reject";
  onApprove: () => void;
  onReject: () => void;
}

/** Yes or no to one plan, with the reason that is kept. */
export function SlipSignature(props: SlipSignatureProps) {
  const id = useId();
  return (
    <>
      <p className="slip__sign">
        <span className="small">You sign</span>
        <DigestLabel digest={props.planHash} what="plan hash" />
        <span className="small muted push">only this plan runs</span>
      </p>
      <div className="slip__reason">
        <label className="sr" htmlFor={id}>
          Reason
        </label>
        <Input
          id={id}
          value={props.reason}
          onChange={(event) => props.onReasonChange(event.target.value)}
          placeholder="Reason: needed to reject, kept with either"
          aria-invalid={props.error ? true : undefined}
          aria-describedby={props.error ? `${id}-error` : undefined}
        />
      </div>
      {props.error ? (
        <p className="slip__error form-field__error" id={`${id}-error`} role="alert">
          <Shape name="fail" />
          <span>{props.error}</span>
        </p>
      ) : null}
      <div className="slip__buttons">
        <Button variant="danger" icon={<Shape name="fail" />} busy={props.busy === "reject"} onClick={props.onReject}>
          Reject
        </Button>
        <Button
          variant="primary"
          icon={<Shape name="pass" />}
          busy={props.busy === "approve"}
          onClick={props.onApprove}
        >
          Approve this plan
        </Button>
      </div>
    </>
  );
}
