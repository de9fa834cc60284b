"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { previewQuery } from "@/components/promote/preview-address";
import { ExactTime } from "@/components/time/exact-time";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { PreviewSubject } from "@/lib/queries/promote-preview";

type Promote = PreviewSubject & { kind: "promote" };

/** When it starts: once every gate is open, or not before a moment. The moment is part of the plan, and so of the hash. */
export function WhenField({ subject }: { subject: Promote }) {
  const router = useRouter();
  const [local, setLocal] = useState("");
  const { notBefore, ...soon } = subject;
  if (notBefore) {
    return (
      <p className="note">
        Not before <ExactTime at={notBefore} show="both" />.{" "}
        <Link className="link" href={`/promote?${previewQuery(soon)}`}>
          Start once every gate is open
        </Link>
      </p>
    );
  }
  const moment = local === "" ? undefined : new Date(local);
  const isAhead = moment !== undefined && moment.getTime() > Date.now();
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (isAhead) router.push(`/promote?${previewQuery({ ...soon, notBefore: moment.toISOString() })}`);
      }}
    >
      <Field
        label="Not before"
        hint="Left empty, it starts once every gate is open. In your time zone, 90 days ahead at most."
        error={moment !== undefined && !isAhead ? "This moment has passed." : undefined}
      >
        {(wiring) => (
          <Input {...wiring} type="datetime-local" value={local} onChange={(event) => setLocal(event.target.value)} />
        )}
      </Field>
      {isAhead ? (
        <Button type="submit" size="small">
          Preview it for then
        </Button>
      ) : null}
    </form>
  );
}
