"use client";

import { useState } from "react";
import { ShortDigest } from "@/components/digest/short-digest";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Lines } from "@/components/ui/lines";
import type { PodView } from "@/lib/queries/service";

const columns = [
  { key: "name", head: "pod" },
  { key: "state", head: "stands", width: "112px" },
  { key: "digest", head: "runs", width: "88px" },
  { key: "restarts", head: "restarts", width: "72px", numeric: true },
  { key: "age", head: "age", width: "64px", numeric: true },
];

const shownAtFirst = 6;

/** The pods as they were seen last: those that are not ready first. */
export function PodsTable({ environment, pods }: { environment: string; pods: PodView[] }) {
  const [all, setAll] = useState(false);
  const sorted = [...pods].sort((a, b) => Number(a.ready) - Number(b.ready) || a.name.localeCompare(b.name));
  const shown = all ? sorted : sorted.slice(0, shownAtFirst);
  return (
    <div className="mt-3 -ml-2">
      <Lines caption={`Pods in ${environment}`} columns={columns} heads stack bare>
        {shown.map((pod) => (
          <tr key={pod.name} className={pod.ready ? undefined : "is-open"}>
            <th scope="row">
              <span className="mono">{pod.name}</span>
              {pod.trouble ? <span className="muted block font-regular">{pod.trouble}</span> : null}
            </th>
            <td className="lines__side">
              {pod.ready ? (
                <State name="healthy">ready</State>
              ) : (
                <State name={pod.trouble ? "failing" : "waiting"}>{pod.current ? pod.phase : "leaving"}</State>
              )}
            </td>
            <td>{pod.digest ? <ShortDigest digest={pod.digest} /> : <span className="muted">not told</span>}</td>
            <td className="num">
              {pod.restarts}
              <span className="phone:hidden muted"> restarts</span>
            </td>
            <td className="num muted">{pod.startedAt ? <RelativeTime at={pod.startedAt} form="age" /> : ""}</td>
          </tr>
        ))}
      </Lines>
      {pods.length > shownAtFirst ? (
        <Button size="small" variant="quiet" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Fewer" : `All ${pods.length} pods`}
        </Button>
      ) : null}
    </div>
  );
}
