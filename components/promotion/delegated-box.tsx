import type { CSSProperties } from "react";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import { RelativeTime } from "@/components/time/relative-time";
import { classNames } from "@/components/ui/class-names";
import { Lines } from "@/components/ui/lines";
import type { AnalysisPhase, DelegatedAnalysis, DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import type { DelegatedView } from "@/lib/queries/delegated";

/** In a narrower side, in percent, words would be cut off. */
const narrowest = 25;

const stepColumns = [
  { key: "number", head: "step", width: "72px" },
  { key: "words", head: "what its object says" },
  { key: "state", head: "stands", width: "132px" },
];

const metricColumns = [
  { key: "metric", head: "metric", width: "30%" },
  { key: "state", head: "stands", width: "132px" },
  { key: "values", head: "measured, newest last" },
];

const phases: Record<AnalysisPhase, { name: StateName; word: string }> = {
  pending: { name: "wait", word: "not yet" },
  running: { name: "verifying", word: "running" },
  passed: { name: "pass", word: "pass" },
  failed: { name: "fail", word: "fail" },
  errored: { name: "fail", word: "error" },
  inconclusive: { name: "unknown", word: "inconclusive" },
  unknown: { name: "unknown", word: "unknown" },
};

/** What a controller in the cluster says of the rollout that it carries out: its words, its share, its own steps. */
export function DelegatedBox({ number, view }: { number: number; view: DelegatedView }) {
  const { controller, seen, isOn } = view;
  return (
    <Box
      number={number}
      title={controller}
      note={
        seen ? (
          <>
            {seen.what}, seen <RelativeTime at={seen.at} />
          </>
        ) : (
          "nobody has looked yet"
        )
      }
      answer={isOn && seen ? <Standing view={view} seen={seen} /> : null}
      flush
    >
      {seen ? (
        <>
          <div className="px-4 pb-3 pl-10">
            <p className="small">{view.words}</p>
            {seen.weight !== null && !seen.isPromoted ? <Share view={view} weight={seen.weight} /> : null}
          </div>
          {seen.steps.length > 0 ? <Steps seen={seen} isOn={isOn} /> : null}
        </>
      ) : (
        <p className="note px-4 pb-3 pl-10">What its object says is shown here as soon as it was looked at.</p>
      )}
    </Box>
  );
}

function Standing({ view: { paused }, seen }: { view: DelegatedView; seen: DelegatedStanding }) {
  if (paused) return <State name="held">paused by {paused.by}</State>;
  switch (seen.pausedBy) {
    case "hand":
      return <State name="held">paused in the cluster</State>;
    case "person":
      return <State name="wait">waits for a person</State>;
    case "time":
      return <State name="wait">waits for its time</State>;
    case "gate":
      return <State name="wait">waits at its gate</State>;
    case "inconclusive":
      return <State name="unknown">inconclusive</State>;
    default:
      return seen.phase === "unknown" ? <State name="unknown">unknown</State> : seen.phaseWord;
  }
}

function Share({ view: { stableVersion, newVersion }, weight }: { view: DelegatedView; weight: number }) {
  const stable = 100 - weight;
  const side = (name: string, share: number, version: string | null) =>
    share >= narrowest ? (
      <>
        <b>
          <span className="traffic__more">{name} </span>
          {share} %
        </b>
        {version ? <span className="traffic__more"> {version}</span> : null}
      </>
    ) : null;
  return (
    <div className="traffic mt-3" role="img" aria-label={`stable ${stable} percent, new ${weight} percent`}>
      <div className="traffic__side" style={{ "--share": `${stable}%` } as CSSProperties}>
        {side("stable", stable, stableVersion)}
      </div>
      {weight > 0 ? (
        <div
          className={classNames("traffic__side traffic__side--canary", weight < narrowest && "traffic__side--bare")}
          style={{ "--share": `${weight}%` } as CSSProperties}
        >
          {side("new", weight, newVersion)}
        </div>
      ) : null}
    </div>
  );
}

function Steps({ seen, isOn }: { seen: DelegatedStanding; isOn: boolean }) {
  const { steps, step, isPromoted } = seen;
  // One that failed begins anew like one that was aborted: how far it had come is not said any more.
  const isAborted = seen.isAborted || seen.phase === "degraded";
  const at = isPromoted ? steps.length : (step ?? -1);
  return (
    <Lines caption="Steps of the controller's object" columns={stepColumns} heads stack>
      {steps.map(({ words }, index) => {
        const isCurrent = isOn && index === at && !isAborted;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the object, and two may say the same
          <tr key={index} className={isCurrent ? "is-open" : undefined} aria-current={isCurrent ? "step" : undefined}>
            <td className="num">{index + 1}</td>
            <th scope="row" className="strong">
              {words}
            </th>
            <td className="lines__side">
              {index < at ? (
                <State name="observed">over</State>
              ) : isCurrent ? (
                <State name="rollingOut">here</State>
              ) : (
                <State name={isOn && !isAborted ? "nothing" : "superseded"}>
                  {isAborted ? "taken back" : isOn ? "to come" : "not reached"}
                </State>
              )}
            </td>
          </tr>
        );
      })}
    </Lines>
  );
}

interface DelegatedAnalysisBoxProps {
  number: number;
  analysis: DelegatedAnalysis;
  isOn: boolean;
}

/** An analysis of the controller: each metric with what it measured. */
export function DelegatedAnalysisBox({ number, analysis, isOn }: DelegatedAnalysisBoxProps) {
  const { name, phase, message, metrics, isUnkept } = analysis;
  const none = isUnkept ? "not kept" : isOn ? "nothing yet" : "nothing";
  return (
    <Box
      number={number}
      title="Analysis"
      note={isUnkept ? `of Canary ${name}` : `AnalysisRun ${name}`}
      answer={<State name={phases[phase].name}>{phases[phase].word}</State>}
      flush
    >
      {message === "" ? null : <p className="small px-4 pb-2 pl-10">{message}</p>}
      <Lines caption={`Metrics of ${name}`} columns={metricColumns} heads tall stack>
        {metrics.map((metric) => (
          <tr key={metric.name} className={metric.phase === "failed" ? "is-no" : undefined}>
            <th scope="row" className="strong">
              {metric.name}
              {metric.dryRun ? <span className="muted"> dry run</span> : null}
            </th>
            <td className="lines__side">
              <State name={phases[metric.phase].name}>{phases[metric.phase].word}</State>
            </td>
            <td>
              {metric.values.length === 0
                ? none
                : metric.values.map(({ value }) => (value === "" ? "no value" : value)).join(", ")}
            </td>
          </tr>
        ))}
        {metrics.length === 0 ? (
          <tr>
            <td colSpan={3}>{isOn ? "nothing was measured yet" : "nothing was measured"}</td>
          </tr>
        ) : null}
      </Lines>
    </Box>
  );
}
