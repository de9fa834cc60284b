"use client";

import { useState } from "react";
import type { ActionFailure } from "@/components/action/action-outcome";
import { useView } from "@/components/live/use-view";
import { ConnectionBox } from "@/components/settings/connection-box";
import type { CheckOutcome } from "@/components/settings/documents-outcome";
import type { DocumentsAction } from "@/components/settings/use-checking";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import type { ConnectionsView } from "@/lib/queries/settings";

interface ConnectionsPageProps {
  initial: ConnectionsView;
  check: (input: unknown) => Promise<CheckOutcome | ActionFailure>;
  apply: DocumentsAction;
}

/** The outside systems: where they are, who may use them, and whether they answer. */
export function ConnectionsPage({ initial, check, apply }: ConnectionsPageProps) {
  const { data, refetch } = useView<ConnectionsView>("/api/view/settings/connections", { initial });
  const [edited, setEdited] = useState<string>();
  const view = data ?? initial;
  return (
    <div className="grid gap-4">
      <p className="small soft px-4 phone:px-0 flex flex-wrap items-center gap-2">
        Credentials are never stored here: a connection names where each is, and only the engine asks there, at the
        moment of use.
        {view.mayAdminister ? (
          <LinkButton size="small" className="push" href="/settings/file?new=connection">
            Add a connection…
          </LinkButton>
        ) : null}
      </p>
      {view.connections.length === 0 ? (
        <EmptyState title="No connection yet">
          A registry, a cluster and a metrics source are described as documents of kind Connection, beside the project.
        </EmptyState>
      ) : (
        <Sheet label="Connections">
          {view.connections.map((connection, index) => (
            <SheetRow key={connection.name}>
              <ConnectionBox
                number={index + 1}
                connection={connection}
                check={check}
                apply={apply}
                onChanged={refetch}
                isEdited={edited === connection.name}
                onEdit={(open) => setEdited(open ? connection.name : undefined)}
              />
            </SheetRow>
          ))}
        </Sheet>
      )}
    </div>
  );
}
