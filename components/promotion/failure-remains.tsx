"use client";

import { useView } from "@/components/live/use-view";
import { ChangedSince, KeptHash } from "@/components/promotion/kept-hash";
import { PodRemains } from "@/components/promotion/pod-remains";
import { ExactTime } from "@/components/time/exact-time";
import type { KeptEvidence } from "@/lib/queries/failure-evidence";

interface FailureRemainsProps {
  id: string;
  project: string;
}

/** What its pods left behind when a promotion went wrong, each compared with the hash in the ledger; nothing where there is none. */
export function FailureRemains({ id, project }: FailureRemainsProps) {
  const { data, error, refetch } = useView<KeptEvidence[]>(`/api/view/promotions/${id}/evidence`, {
    watches: { projects: [project], promotion: id },
  });
  if (error && !data) {
    return (
      <p className="small muted mt-3" role="status">
        What its pods left behind could not be read.{" "}
        <button type="button" className="link" onClick={refetch}>
          Try again
        </button>
      </p>
    );
  }
  if (!data || data.length === 0) return null;
  return (
    <div className="mt-3 grid gap-3">
      <h3 className="small strong">What its pods left behind</h3>
      {data.map((kept) => (
        <Kept key={kept.entry} project={project} kept={kept} />
      ))}
    </div>
  );
}

function Kept({ project, kept }: { project: string; kept: KeptEvidence }) {
  const { evidence, standing, entry, at, until } = kept;
  return (
    <div>
      <p className="small muted mb-1">
        <ExactTime at={at} show="both" />, hash in{" "}
        <KeptHash project={project} standing={standing} entry={entry} until={until} />
      </p>
      <ChangedSince standing={standing} />
      {evidence?.services.map(({ service, pods, noPods }) => (
        <div key={service}>
          {evidence.services.length > 1 || noPods ? <p className="small soft">{service}</p> : null}
          {noPods ? <p className="small muted">{noPods}</p> : null}
          {!noPods && pods.length === 0 ? <p className="small muted">No pod was told to run it any more.</p> : null}
          {pods.map((pod) => (
            <PodRemains key={pod.pod} remains={pod} />
          ))}
        </div>
      ))}
    </div>
  );
}
