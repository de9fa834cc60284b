import { stepTitle } from "@/components/promotion/step-words";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import { Duration, Span } from "@/components/time/duration";
import { RelativeTime, Until } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { RolloutStepLine, SteppedRollout } from "@/lib/queries/rollout-steps";

const columns = [
  { key: "step", head: "step", width: "26%" },
  { key: "state", head: "stands", width: "116px" },
  { key: "words", head: "found" },
  { key: "took", head: "took", numeric: true, width: "92px" },
  { key: "usual", head: "usually", numeric: true, width: "92px" },
];

const states: Record<RolloutStepLine["status"], { name: StateName; word: string }> = {
  pending: { name: "nothing", word: "to come" },
  requested: { name: "requested", word: "requested" },
  accepted: { name: "accepted", word: "accepted" },
  done: { name: "observed", word: "seen" },
  failed: { name: "failed", word: "failed" },
  skipped: { name: "superseded", word: "skipped" },
};

/** Steps that order nothing: once their turn has come they are under way. */
const looking: ReadonlySet<RolloutStepLine["kind"]> = new Set(["available", "smoke", "analyse", "follow"]);

function standingOf({ kind, status }: RolloutStepLine, isOn: boolean): { name: StateName; word: string } {
  if (!isOn && status === "pending") return { name: "superseded", word: "not reached" };
  if (!isOn && (status === "requested" || status === "accepted")) return { name: "aborted", word: "cut off" };
  return status === "requested" && looking.has(kind) ? { name: "verifying", word: "under way" } : states[status];
}

interface RolloutStepsBoxProps {
  number: number;
  rollouts: readonly SteppedRollout[];
  /** When the colour that takes no traffic any more loses its pods; null where none is kept. */
  keptUntil: string | null;
  /** The rollout goes on: a step that has not begun is still to come, and the one under way counts on. */
  isOn: boolean;
}

/** The steps of a rollout that takes several: where each stands, what was found, how long it took and usually takes. */
export function RolloutStepsBox({ number, rollouts, keptUntil, isOn }: RolloutStepsBoxProps) {
  const all = rollouts.flatMap((one) => one.steps);
  const over = all.filter((one) => one.status === "done" || one.status === "skipped").length;
  const [current] = isOn ? all.filter((one) => one.status === "requested" || one.status === "accepted") : [];
  return (
    <Box
      number={number}
      title="Rollout"
      note={`${over} of ${all.length} steps`}
      answer={
        current?.deadlineAt ? (
          <>
            <Until at={current.deadlineAt} /> at most
          </>
        ) : undefined
      }
      flush
    >
      {rollouts.map(({ service, steps }) => (
        <div key={service}>
          {rollouts.length > 1 ? <p className="small soft pt-2 pr-4 pl-10">{service}</p> : null}
          <Lines caption={`Steps of ${service}`} columns={columns} heads tall stack>
            {steps.map((step) => (
              <StepLine key={step.id} step={step} isOn={isOn} />
            ))}
          </Lines>
        </div>
      ))}
      {keptUntil ? (
        <p className="note px-4 pb-3 pl-10">
          The colour that takes no traffic keeps its pods until it is not needed any more: they go{" "}
          <RelativeTime at={keptUntil} />.
        </p>
      ) : null}
    </Box>
  );
}

function StepLine({ step, isOn }: { step: RolloutStepLine; isOn: boolean }) {
  const { kind, weight, status, words } = step;
  const isUnderWay = status === "requested" || status === "accepted";
  const { name, word } = standingOf(step, isOn);
  return (
    <tr
      className={status === "failed" ? "is-no" : isUnderWay && isOn ? "is-open" : undefined}
      aria-current={isUnderWay && isOn ? "step" : undefined}
    >
      <th scope="row" className="strong">
        {stepTitle(kind, weight)}
      </th>
      <td className="lines__side">
        <State name={name}>{word}</State>
      </td>
      <td>{words === "" && isUnderWay && isOn ? "under way" : words}</td>
      <td className="num">
        <Took step={step} isOn={isOn} />
      </td>
      <td className="num muted">
        {step.usualMs === null ? null : (
          <>
            <span className="phone:hidden">usually </span>
            <Span ms={step.usualMs} />
          </>
        )}
      </td>
    </tr>
  );
}

/** How long it took, or has taken so far; one that was cut off took until then, which nobody wrote down. */
function Took({ step, isOn }: { step: RolloutStepLine; isOn: boolean }) {
  const { status, requestedAt, since } = step;
  if (requestedAt === null || status === "skipped") return null;
  if (status === "done" || status === "failed") return <Duration from={requestedAt} to={since ?? requestedAt} />;
  return isOn ? <Duration from={requestedAt} /> : null;
}
