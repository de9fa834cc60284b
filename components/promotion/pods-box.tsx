import { ShortDigest } from "@/components/digest/short-digest";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { CanaryView } from "@/lib/queries/canaries";
import type { PodView, SeenView } from "@/lib/queries/promotion-page";

const columns = [
  { key: "pod", head: "pod", width: "32%" },
  { key: "state", head: "stands", width: "104px" },
  { key: "runs", head: "runs", width: "112px" },
  { key: "words", head: "the cluster's words" },
  { key: "age", head: "age", numeric: true, width: "64px" },
];

interface PodsBoxProps {
  number: number;
  seen: SeenView[];
  /** Those under way: their pods stand before the stable ones. */
  canaries?: CanaryView[];
}

/** The pods that were last seen, with what each really runs. */
export function PodsBox({ number, seen, canaries = [] }: PodsBoxProps) {
  const canaryPods = canaries.flatMap(({ service, seen: last }) =>
    (last?.pods ?? []).map((pod) => ({ pod, service, side: "canary" as const })),
  );
  const hasCanary = canaries.length > 0;
  const stable = seen.flatMap((one) =>
    one.pods.map((pod) => ({ pod, service: one.service, side: hasCanary ? ("stable" as const) : undefined })),
  );
  const pods = [...canaryPods, ...stable];
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
  const ready = sum([...seen.map((one) => one.ready), ...canaries.map((one) => one.seen?.ready ?? 0)]);
  const desired = sum([...seen.map((one) => one.desired), ...canaries.map((one) => one.seen?.desired ?? 0)]);
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
        {pods.map(({ pod, service, side }) => (
          <PodLine key={`${service} ${pod.name}`} pod={pod} side={side} />
        ))}
      </Lines>
    </Box>
  );
}

function PodLine({ pod, side }: { pod: PodView; side?: "canary" | "stable" }) {
  return (
    <tr className={pod.trouble ? "is-open" : undefined}>
      <th scope="row">
        <span className="mono">{pod.name}</span>
        {side === "canary" ? <State name="canary">canary</State> : null}
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
            {[
              side === "stable" ? side : "",
              pod.current ? "" : "the one before",
              pod.node ?? "",
              pod.restarts > 0 ? restarts(pod.restarts) : "",
            ]
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
