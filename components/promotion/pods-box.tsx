import { ShortDigest } from "@/components/digest/short-digest";
import { type PodLine, type PodSide, podLines, podsNote } from "@/components/promotion/pod-lines";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { CanaryView } from "@/lib/queries/canaries";
import type { ColourView } from "@/lib/queries/colours";
import type { PodView, SeenView } from "@/lib/queries/promotion-page";

const pod = { key: "pod", head: "pod", width: "36%" };
const side = { key: "side", head: "side", width: "104px" };
const others = [
  { key: "state", head: "stands", width: "104px" },
  { key: "runs", head: "runs", width: "104px" },
  { key: "words", head: "the cluster's words" },
  { key: "age", head: "age", numeric: true, width: "56px" },
];
const columns = [pod, ...others];
const columnsWithSide = [pod, side, ...others];

const sideStates: Record<PodSide["state"], StateName> = {
  canary: "canary",
  new: "rollingOut",
  stable: "requested",
  live: "requested",
  old: "superseded",
};

interface PodsBoxProps {
  number: number;
  seen: SeenView[];
  /** Those under way: their pods stand before the stable ones. */
  canaries?: CanaryView[];
  /** Those that come up: their pods stand before the live ones. */
  colours?: ColourView[];
}

/** The pods that were last seen, with what each really runs; of both sides while one takes the other's place. */
export function PodsBox({ number, seen, canaries = [], colours = [] }: PodsBoxProps) {
  const lines = podLines({ seen, canaries, colours });
  const hasSides = lines.some((line) => line.side !== undefined);
  const services = new Set(lines.map((line) => line.service));
  const [first] = [...colours.map((one) => one.at), ...seen.flatMap((one) => one.seenAt ?? [])];
  return (
    <Box
      number={number}
      title="Pods"
      note={podsNote({ seen, canaries, colours })}
      answer={
        first ? (
          <>
            seen <RelativeTime at={first} isPast />
          </>
        ) : undefined
      }
      flush
    >
      <Lines caption="Pods" columns={hasSides ? columnsWithSide : columns} heads stack>
        {lines.map((line) => (
          <Line
            key={`${line.service} ${line.pod.name}`}
            line={line}
            hasSides={hasSides}
            withService={services.size > 1}
          />
        ))}
      </Lines>
    </Box>
  );
}

interface LineProps {
  line: PodLine;
  hasSides: boolean;
  withService: boolean;
}

function Line({ line: { service, pod, side }, hasSides, withService }: LineProps) {
  const told = [
    withService ? service : "",
    hasSides || pod.current ? "" : "the one before",
    pod.node ?? "",
    pod.restarts > 0 ? restarts(pod.restarts) : "",
  ];
  return (
    <tr className={pod.trouble ? "is-open" : undefined}>
      <th scope="row">
        <span className="mono">{pod.name}</span>
      </th>
      {hasSides ? <td>{side ? <State name={sideStates[side.state]}>{side.word}</State> : null}</td> : null}
      <td className="lines__side">
        <PodState pod={pod} />
      </td>
      <td>{pod.digest ? <ShortDigest digest={pod.digest} /> : <span className="muted">nothing yet</span>}</td>
      <td>
        {pod.trouble ? (
          <>
            <b>{pod.trouble.reason}</b> {pod.trouble.message}{" "}
          </>
        ) : null}
        <span className="muted">{told.filter(Boolean).join(", ")}</span>
      </td>
      <td className="num muted">
        {pod.startedAt ? <RelativeTime at={pod.startedAt} form="age" style="short" /> : null}
      </td>
    </tr>
  );
}

function PodState({ pod }: { pod: PodView }) {
  if (pod.trouble) return <State name="degraded">in trouble</State>;
  if (pod.ready) return <State name="healthy">ready</State>;
  return <State name="wait">{pod.phase === "Running" ? "not ready" : pod.phase.toLowerCase()}</State>;
}

function restarts(count: number): string {
  return count === 1 ? "1 restart" : `${count} restarts`;
}
