"use client";

import Link from "next/link";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonButton } from "@/components/action/reason-button";
import { RelativeTime } from "@/components/time/relative-time";
import { Alert } from "@/components/ui/alert";
import { fullStopAfter } from "@/components/ui/full-stop";

interface AutomationAlertProps {
  project: string;
  environment: string;
  hold: { service: string; reason: string; promotion: string | null; by: string; at: string };
  mayResume: boolean;
  resumeAction: (input: unknown) => Promise<ActionOutcome>;
}

/** Automation leaves a service alone since somebody rolled it back: who, since when, and how it goes on. */
export function AutomationAlert({ project, environment, hold, mayResume, resumeAction }: AutomationAlertProps) {
  const { service, reason, promotion, by, at } = hold;
  return (
    <Alert
      tone="warn"
      title={`Automation is held for ${service} in ${environment}`}
      action={
        mayResume ? (
          <ReasonButton
            name={`Resume the automation of ${service} in ${environment}`}
            title={`Resume the automation of ${service} in ${environment}`}
            effect="What is newer than what was rolled back is asked for by itself again. What was here before does not come back."
            label="Resume"
            variant="primary"
            action={resumeAction}
            input={(why) => ({ project, environment, service, why })}
          >
            Resume…
          </ReasonButton>
        ) : undefined
      }
    >
      {by} <RelativeTime at={at} />: <bdi>{reason}</bdi>
      {fullStopAfter(reason)} Nothing is promoted here by itself until a person resumes it.
      {mayResume ? null : " A release manager may."}
      {promotion ? (
        <>
          {" "}
          <Link className="link" href={`/promotions/${promotion}`}>
            The rollback
          </Link>
        </>
      ) : null}
    </Alert>
  );
}
