import { Fragment, type ReactNode } from "react";
import { type OverrideGate, OverrideGateButton } from "@/components/override/override-gate-button";
import { EvidenceText } from "@/components/promotion/evidence-text";
import { gateRowLook, gateTitle } from "@/components/promotion/gate-words";
import { RunLink } from "@/components/promotion/run-link";
import { Verdict as VerdictMark } from "@/components/state/verdict";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { isOpen } from "@/lib/pipeline/gates/gate";
import { overrideRule } from "@/lib/pipeline/gates/override";

const columns = [
  { key: "gate", head: "gate", width: "132px" },
  { key: "demand", head: "asks for", width: "24%" },
  { key: "verdict", head: "verdict", width: "92px" },
  { key: "found", head: "found" },
  { key: "who", head: "who can act, until when", width: "26%", numeric: true },
];

interface GatesTableProps {
  verdicts: readonly Verdict[];
  /** Signatures, where the gate is one that people open. */
  signatures?: ReactNode;
  /** The items of the checklist at a place of the plan, where there is one. */
  checklist?: (gate: number) => ReactNode;
  /** For whoever may let a closed gate pass. */
  override?: OverrideGate;
}

/** Every gate with its verdict, what was found, and who or what would change it. */
export function GatesTable({ verdicts, signatures, checklist, override }: GatesTableProps) {
  return (
    <Lines caption="Gates" columns={columns} tall stack>
      {verdicts.map((verdict, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a gate is known by its place in the plan
        <tr key={index} className={gateRowLook(verdict)}>
          <th scope="row" className="strong">
            {gateTitle(verdict.gate)}
          </th>
          <td className="muted">{verdict.demand}</td>
          <td className="lines__side">
            <VerdictMark verdict={verdict.status} />
            {verdict.shadow ? <span className="block small muted">in shadow</span> : null}
            {verdict.overridden ? <span className="block small strong">overridden</span> : null}
          </td>
          <td>
            {(verdict.gate === "approval" && signatures) || checklist?.(index) || (
              <EvidenceText text={sentence(verdict)} />
            )}
            {verdict.said ? <span className="block small break-words">“{verdict.said}”</span> : null}
            <RunLinks evidence={verdict.evidence} />
            <OverrideNote verdict={verdict} />
          </td>
          <td className={isOpen(verdict) ? "num muted" : "num strong"}>
            <Aside verdict={verdict} />
            {override && overrideRule(verdict.gate) !== "never" && !isOpen(verdict) && !verdict.overrideAsked ? (
              <span className="block mt-1">
                <OverrideGateButton gate={index} kind={verdict.gate} about={override} />
              </span>
            ) : null}
          </td>
        </tr>
      ))}
    </Lines>
  );
}

function sentence({ summary, evidence, status }: Verdict): string {
  // What soaked so far stands beside the summary only while it is waited for.
  const soaked = evidence.find((one) => one.name === "soaked" && status === "wait");
  return soaked ? `${summary}: ${soaked.value} of ${soaked.threshold}` : summary;
}

/** Where more of what was found can be seen. */
function RunLinks({ evidence }: Pick<Verdict, "evidence">) {
  const linked = evidence.flatMap(({ name, url }) => (url === undefined ? [] : [{ name, url }]));
  if (linked.length === 0) return null;
  return (
    <span className="block small">
      {linked.map(({ name, url }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: evidence is known by its place
        <Fragment key={index}>
          {index > 0 ? ", " : ""}
          {name}: <RunLink url={url} name={name} />
        </Fragment>
      ))}
    </span>
  );
}

/** Who let it pass, or asked to. */
function OverrideNote({ verdict: { overridden, overrideAsked } }: { verdict: Verdict }) {
  const said = overridden ?? overrideAsked;
  if (!said) return null;
  const by = overridden?.confirmedBy ? `${said.by.name} and ${overridden.confirmedBy.name}` : said.by.name;
  return (
    <span className="block small">
      <b>
        {overridden ? "let pass by" : "to be let pass, asked by"} {by} for {said.incident}
      </b>
      : <bdi>{said.reason}</bdi>
    </span>
  );
}

/** What the reader does with it: until when, who, or where the proof is. */
function Aside({ verdict }: { verdict: Verdict }) {
  if (verdict.status !== "pass") {
    return (
      <>
        {verdict.opensAt ? (
          <>
            opens <RelativeTime at={verdict.opensAt} />
          </>
        ) : null}
        {verdict.opensAt && verdict.whoCanAct ? ", " : null}
        {verdict.whoCanAct ? `needs ${verdict.whoCanAct}` : null}
        {verdict.whoMayOverride ? (
          <span className="block small muted [font-weight:420]">may pass all the same: {verdict.whoMayOverride}</span>
        ) : null}
      </>
    );
  }
  const proof = verdict.evidence.find((one) => one.name !== "approvals" && one.name !== "approved by");
  return proof ? <EvidenceText text={proof.name === "soaked" ? `soaked ${proof.value}` : proof.value} /> : null;
}
