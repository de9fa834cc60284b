"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { AnnounceForm } from "@/components/release/announce-form";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

export type AnnounceAction = (input: unknown) => Promise<ActionOutcome>;

export interface AnnounceChoice {
  project: string;
  services: { name: string; repository: string }[];
}

interface AnnounceButtonProps {
  action: AnnounceAction;
  /** Where the person may announce, and what. */
  choices: AnnounceChoice[];
  /** Chosen at first. */
  service?: string;
}

/** Hands over a build by hand, as a CI job does through the API. */
export function AnnounceButton({ action, choices, service }: AnnounceButtonProps) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        Announce a release…
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        wide
        title="Announce a release"
        description="The registry is asked once which digest the reference names. From then on the release is that digest, and never another."
      >
        {open ? (
          <AnnounceForm
            action={action}
            choices={choices}
            service={service}
            onDone={(href) => {
              setOpen(false);
              if (href) router.push(href);
            }}
          />
        ) : null}
      </Dialog>
    </>
  );
}
