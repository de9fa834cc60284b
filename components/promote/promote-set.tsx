"use client";

import { X } from "lucide-react";
import { useState } from "react";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useView } from "@/components/live/use-view";
import { setQuery } from "@/components/promote/set-address";
import { SetLines } from "@/components/promote/set-lines";
import { SetRequest } from "@/components/promote/set-request";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow, WithAside } from "@/components/sheet/sheet";
import { Stamp } from "@/components/state/stamp";
import { Alert } from "@/components/ui/alert";
import { Button, LinkButton } from "@/components/ui/button";
import { PageHead } from "@/components/ui/page";
import type { PromoteSetView } from "@/lib/queries/promote-set";

interface PromoteSetProps {
  initial: PromoteSetView;
  path: string;
  action: (input: unknown) => Promise<ActionOutcome>;
}

/** Several releases into one environment: each its own promotion, all of them asked for with one button, or none. */
export function PromoteSet({ initial, path, action }: PromoteSetProps) {
  const { project, environment } = initial;
  const { data: view = initial } = useView<PromoteSetView>(path, { initial, watches: { projects: [project] } });
  const [seen, setSeen] = useState(() => hashesOf(initial));
  const changed = view.lines.filter(({ release }) => hashesOf(view)[release] !== seen[release]);
  const query = (releases: string[]) => setQuery({ project, environment, releases });
  const releases = view.lines.map((line) => line.release);
  return (
    <>
      <PageHead
        title={`Promote ${releases.length} to ${environment}`}
        stamp={<Stamp name="preview" />}
        note="nothing is requested until you sign"
        actions={
          <LinkButton href={`/environments/${project}/${environment}`} icon={<X className="i" aria-hidden="true" />}>
            Close
          </LinkButton>
        }
      />
      {changed.length > 0 ? (
        <div className="mb-4">
          <Alert
            tone="warn"
            live
            title={`The plan of ${changed.map((one) => one.release).join(", ")} is another one by now`}
            action={
              <Button size="small" onClick={() => setSeen(hashesOf(view))}>
                I have looked at it
              </Button>
            }
          >
            Look at what changed before you ask for it.
          </Alert>
        </div>
      ) : null}
      <WithAside lead={<SetRequest view={view} isStale={changed.length > 0} action={action} />}>
        <Sheet label="What would move">
          <SheetRow>
            <Box
              title="One promotion each"
              number={1}
              note="in the order of the project’s file; each with its own gates and its own way back"
              flush
            >
              <SetLines
                view={view}
                without={(release) => `/promote/set?${query(releases.filter((one) => one !== release))}`}
              />
            </Box>
          </SheetRow>
        </Sheet>
      </WithAside>
    </>
  );
}

function hashesOf({ lines }: PromoteSetView): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap(({ release, preview }) => (preview.kind === "preview" ? [[release, preview.planHash]] : [])),
  );
}
