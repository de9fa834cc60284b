import Link from "next/link";
import type { ActionFailure } from "@/components/action/action-outcome";
import { SignInAgain } from "@/components/action/sign-in-again";
import { Shape } from "@/components/state/shape";

/** Why an action was not done, at the control that was used. */
export function ActionFailureNote({ failure, id }: { failure: ActionFailure | undefined; id?: string }) {
  if (!failure) return null;
  return (
    <p className="form-field__error" role="alert" id={id}>
      <Shape name="fail" />
      <span>
        {messageOf(failure)}
        {failure.reference ? (
          <>
            {" "}
            Reference <span className="mono">{failure.reference}</span>.
          </>
        ) : null}
        {failure.code === "stepUpNeeded" ? (
          <>
            {" "}
            <SignInAgain path={`${window.location.pathname}${window.location.search}`} plain />
          </>
        ) : null}
        {failure.href ? (
          <>
            {" "}
            <Link className="link" href={failure.href}>
              Show
            </Link>
          </>
        ) : null}
      </span>
    </p>
  );
}

/** The messages at the fields where there are any: the whole would say them twice. */
function messageOf({ message, issues = [] }: ActionFailure): string {
  if (issues.length === 0) return sentence(message);
  return issues.map((issue) => sentence(`${issue.path} ${issue.message}`.trim())).join(" ");
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
