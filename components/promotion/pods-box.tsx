import { ShortDigest } from "@/components/digest/short-digest";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { PodView, SeenView } from "@/lib/queries/promotion-page";

const columns = [
  { key: "pod", head: "pod", width: "32%" },
  { key: "state", head: "stands", width: "104px" },
  { key: "runs", head: "runs", width: "112px" },
  { key: "words", head: "the cluster's words" },
  { key: "age", head: "age", numeric: true, width: "64px" },
];

/** The pods that were last seen, with what each really runs. */
export function PodsBox({ number, seen }: { number: number; seen: SeenView[] }) {
  const pods = seen.flatMap((one) => one.pods.map((pod) => ({ pod, service: one.service })));
  const ready = seen.reduce((sum, one) => sum + one.ready, 0);
  const desired = seen.reduce((sum, one) => sum + one.desired, 0);
  const [first] = seen;
  return (
    <Box
      number={number}
      title="Pods"
      note={`${ready} ready of ${desired}`}
      answer={
        first?.seenAt ? (
          <>
            seen <RelativeTime at={first.seenAt} />
          </>
        ) : undefined
      }
      flush
    >
      <Lines caption="Pods" columns={columns} heads stack>
        {pods.map(({ pod, service }) => (
          <PodLine key={`${service} ${pod.name}`} pod={pod} />
        ))}
      </Lines>
    </Box>
  );
}

function PodLine({ pod }: { pod: PodView }) {
  return (
    <tr className={pod.trouble ? "is-open" : undefined}>
      <th scope="row">
        <span className="mono">{pod.name}</span>
      </th>
      <td className="lines__side">
        <PodState pod={pod} />
      </td>
      <td>{pod.digest ? <ShortDigest digest={pod.digest} /> : <span className="muted">nothing yet</span>}</td>
      <td>
        {pod.trouble ? (
          <>
            <b>{pod.trouble.reason}</b> {pod.trouble.message}
          </>
        ) : (
          <span className="muted">
            {[pod.current ? "" : "the one before", pod.node ?? "", pod.restarts > 0 ? restarts(pod.restarts) : ""]
              .filter(Boolean)
              .join(", ")}
          </span>
        )}
      </td>
      <td className="num muted">
        {pod.startedAt ? <RelativeTime at={pod.startedAt} form="age" style="short" /> : null}
      </td>
    </tr>
  );
}

function PodState({ pod }: { pod: PodView }) {
  if (pod.trouble) return <State name="degraded">in trouble</State>;
  return pod.ready ? <State name="healthy">ready</State> : <State name="wait">{pod.phase.toLowerCase()}</State>;
}

function restarts(count: number): string {
  return count === 1 ? "1 restart" : `${count} restarts`;
}
