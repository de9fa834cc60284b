"use client";

import Link from "next/link";
import { useView } from "@/components/live/use-view";
import { ArtifactBox } from "@/components/release/artifact-box";
import type { BlockAction } from "@/components/release/block-button";
import { ReleasePlaces } from "@/components/release/release-places";
import { ReleasePromotions } from "@/components/release/release-promotions";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { RelativeTime } from "@/components/time/relative-time";
import { LinkButton } from "@/components/ui/button";
import { PageHead } from "@/components/ui/page";
import type { ReleaseView } from "@/lib/queries/release";

/** One release: what is in it, where it has been, where it may go. */
export function ReleasePage({
  initial,
  path,
  blockAction,
}: {
  initial: ReleaseView;
  path: string;
  blockAction: BlockAction;
}) {
  const { project, key } = initial;
  const view = useView<ReleaseView>(path, { initial, watches: { projects: [project] } }).data ?? initial;
  return (
    <>
      <PageHead
        title={key}
        note={key.endsWith(view.version) ? undefined : `version ${view.version}`}
        below={<Below view={view} />}
        actions={<LinkButton href={`/history?${new URLSearchParams({ project, release: key })}`}>History</LinkButton>}
      />
      <div className="grid gap-4">
        <Sheet label="Where it is and where it may go">
          <SheetRow>
            <ReleasePlaces number={1} view={view} blockAction={blockAction} />
          </SheetRow>
          <SheetRow>
            <ReleasePromotions number={2} view={view} />
          </SheetRow>
        </Sheet>
        <Sheet label="What is in it">
          {view.artifacts.map((artifact, index) => (
            <SheetRow key={artifact.service}>
              <ArtifactBox number={index + 3} project={project} artifact={artifact} />
            </SheetRow>
          ))}
        </Sheet>
      </div>
    </>
  );
}

function Below({ view }: { view: ReleaseView }) {
  const { project, entry } = view;
  return (
    <>
      {project}, announced by {view.announcedBy} <RelativeTime at={view.announcedAt} />
      {entry === null ? null : (
        <>
          , entry{" "}
          <Link className="link" href={`/history?project=${project}&before=${entry + 1}&entry=${entry}`}>
            {entry}
          </Link>
        </>
      )}
    </>
  );
}
