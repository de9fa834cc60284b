import { SignoffsPart } from "@/components/approval/signoffs-part";
import type { RollbackReadiness } from "@/components/promote/rollback-readiness";
import { ChecklistItems, type Ticking } from "@/components/promotion/checklist-items";
import { EvidenceText } from "@/components/promotion/evidence-text";
import { gateRowLook, gateTitle, tallyWords } from "@/components/promotion/gate-words";
import { RiskAnswer, RiskList } from "@/components/promotion/plan-boxes";
import { planRisks } from "@/components/promotion/plan-risks";
import { checkCount, planSteps, strategyWords } from "@/components/promotion/plan-steps";
import { ReadyAnswer, RollbackTargets } from "@/components/promotion/rollback-box";
import { Facts } from "@/components/sheet/facts";
import type { SlipPart } from "@/components/sheet/slip";
import { Swap } from "@/components/sheet/swap";
import { Verdict as VerdictMark } from "@/components/state/verdict";
import { RelativeTime } from "@/components/time/relative-time";
import { spanWords } from "@/components/time/time-words";
import { Lines } from "@/components/ui/lines";
import { isOpen } from "@/lib/pipeline/gates/gate";
import { watchMsOf } from "@/lib/pipeline/verification/start";
import type { ApprovalSlipView } from "@/lib/queries/approval-slip";
import type { ServiceFacts } from "@/lib/queries/plan-facts";

/** The parts of a slip, as drawn for a phone. */
export function slipParts(
  view: ApprovalSlipView,
  readiness: RollbackReadiness | undefined,
  ticking: Ticking,
): SlipPart[] {
  const { plan, facts, verdicts, checklists } = view;
  const looks = planRisks(plan, facts).filter((risk) => risk.weight === "look").length;
  const parts: SlipPart[] = [
    {
      id: "plan",
      tab: "Plan",
      title: "Plan",
      answer: `${planSteps(plan).length} steps`,
      content: <PlanPart view={view} />,
    },
    {
      id: "risk",
      tab: "Risk",
      title: "Risk",
      answer: <RiskAnswer looks={looks} />,
      content: <RiskPart view={view} />,
    },
    {
      id: "rollback",
      tab: "Rollback",
      title: "Rollback target",
      answer: <ReadyAnswer plan={plan} facts={facts} readiness={readiness} />,
      content: <RollbackTargets plan={plan} facts={facts} readiness={readiness} />,
    },
  ];
  if (verdicts.length > 0) {
    const answer = tallyWords(verdicts);
    parts.push({
      id: "evidence",
      tab: "Evidence",
      title: "Evidence",
      answer,
      flush: true,
      content: <EvidencePart view={view} />,
    });
  }
  const items = checklists.flatMap((one) => one.items);
  if (items.length > 0) {
    const done = items.filter((one) => one.tick?.counts).length;
    parts.push({
      id: "checklist",
      tab: "Checklist",
      title: "Checklist",
      answer: `${done} of ${items.length}`,
      content: checklists.map((one) => (
        <div key={one.gate} className="mb-2">
          {one.shadow ? <p className="small muted mb-1">In shadow: what is open here stops nothing.</p> : null}
          <ChecklistItems checklist={one} ticking={ticking} />
        </div>
      )),
    });
  }
  parts.push({ id: "signoffs", title: "Sign-offs", content: <SignoffsPart view={view} /> });
  return parts;
}

function PlanPart({ view }: { view: ApprovalSlipView }) {
  const { plan, facts, verdicts } = view;
  const opens = verdicts
    .flatMap((one) => (!isOpen(one) && one.opensAt ? [one.opensAt] : []))
    .sort()
    .at(-1);
  const [first] = plan.services;
  return (
    <>
      {plan.services.map(({ service, from, to }) => (
        <div key={service} className="mb-2">
          {plan.services.length > 1 ? <p className="small soft mb-1">{service}</p> : null}
          <Swap
            lines={[
              {
                label: "now",
                version: from ? (from.version ?? "unknown") : "nothing",
                digest: from?.digest,
                old: true,
              },
              { label: "next", version: to.version, digest: to.digest },
            ]}
          />
        </div>
      ))}
      <Facts
        facts={[
          plan.severity && { name: "severity", value: <b>{plan.severity}</b> },
          opens
            ? {
                name: "starts",
                value: (
                  <>
                    <RelativeTime at={opens} />, once signed
                  </>
                ),
              }
            : { name: "starts", value: "once signed, if its place is free" },
          { name: "strategy", value: first ? strategyWords(first) : "" },
          { name: "checks", value: `${checkCount(plan)}, watched ${spanWords(watchMsOf(plan))}` },
          ...facts.map((fact) => carriesFact(fact, plan.services.length > 1)),
        ]}
      />
    </>
  );
}

function carriesFact(fact: ServiceFacts, named: boolean) {
  const { compareUrl, from, to } = fact;
  if (!to?.revision) return false;
  const words = from?.revision
    ? `${from.revision.slice(0, 7)} to ${to.revision.slice(0, 7)}`
    : `up to ${to.revision.slice(0, 7)}`;
  return {
    name: named ? `carries, ${fact.service}` : "carries",
    value: (
      <>
        <span className="mono">{words}</span>{" "}
        {compareUrl ? (
          <a className="link" href={compareUrl} rel="noreferrer" target="_blank">
            read
          </a>
        ) : null}
      </>
    ),
  };
}

function RiskPart({ view: { plan, facts } }: { view: ApprovalSlipView }) {
  if (planRisks(plan, facts).length > 0) return <RiskList plan={plan} facts={facts} />;
  return <p className="small">The facts that Waybill has show nothing out of the ordinary.</p>;
}

const columns = [
  { key: "gate", head: "gate", width: "31%" },
  { key: "found", head: "found" },
  { key: "verdict", head: "verdict", width: "84px", numeric: true },
];

function EvidencePart({ view }: { view: ApprovalSlipView }) {
  return (
    <Lines caption="Gates" columns={columns}>
      {view.verdicts.map((verdict, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a gate is known by its place in the plan
        <tr key={index} className={gateRowLook(verdict)}>
          <th scope="row" className="strong">
            {gateTitle(verdict.gate)}
          </th>
          <td>
            <EvidenceText text={verdict.summary} />
            {verdict.said ? <span className="block small break-words">“{verdict.said}”</span> : null}
            {verdict.opensAt && verdict.status !== "pass" ? (
              <>
                , opens <RelativeTime at={verdict.opensAt} />
              </>
            ) : null}
          </td>
          <td className="num">
            <VerdictMark verdict={verdict.status} plain />
          </td>
        </tr>
      ))}
    </Lines>
  );
}
