"use client";

import { useState } from "react";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ProjectStanding, StandingHold } from "@/lib/queries/environments";
import { LiftHoldForm, type ReleaseAction } from "./lift-hold-form";

interface ProjectHoldProps {
  project: string;
  hold: StandingHold;
  may: ProjectStanding["may"];
  releaseAction: ReleaseAction;
}

/** Who holds a whole project and why, above its environments. */
export function ProjectHold({ project, hold, may, releaseAction }: ProjectHoldProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="box box--plain flex flex-wrap items-center gap-x-3 gap-y-2">
      <Stamp name="hold" signed />
      <p className="min-w-0 grow">
        <b>{hold.by}</b> holds every environment of {project} since <RelativeTime at={hold.at} />:{" "}
        <bdi>{hold.reason}</bdi>
      </p>
      {may.release ? (
        <Button onClick={() => setOpen(true)} aria-haspopup="dialog">
          Start {project} again…
        </Button>
      ) : null}
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={`Start all of ${project} again`}
        description="What waited for the hold is looked at again at once, and starts where every gate is open. An environment that is held by itself stays held."
      >
        <LiftHoldForm project={project} releaseAction={releaseAction} onDone={() => setOpen(false)} />
      </Dialog>
    </div>
  );
}
