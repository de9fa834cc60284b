import { DigestLabel } from "@/components/digest/digest-label";
import { FailureRemains } from "@/components/promotion/failure-remains";
import type { PromotionAction } from "@/components/promotion/stop-sheet";
import { UnblockButton } from "@/components/promotion/unblock-button";
import { Box } from "@/components/sheet/box";
import { Bullets } from "@/components/sheet/bullets";
import { Facts } from "@/components/sheet/facts";
import { Stamp } from "@/components/state/stamp";
import { ExactTime } from "@/components/time/exact-time";
import type { PromotionView } from "@/lib/queries/promotion-page";

interface CauseBoxProps {
  number: number;
  view: PromotionView;
  unblockAction: PromotionAction;
}

/** Why a promotion went back or ended badly, the evidence, and what to do next. */
export function CauseBox({ number, view, unblockAction }: CauseBoxProps) {
  const { cause, why } = view;
  if (!cause) {
    return why ? (
      <Box number={number} title={view.phase === "rejected" ? "Why it was rejected" : "Why it was stopped"}>
        <p>{why.text}</p>
        <p className="small muted">{why.by ?? "a gate said no"}</p>
      </Box>
    ) : null;
  }
  return (
    <Box
      number={number}
      title={cause.kind === "aborted" ? "Why it was stopped" : "What went wrong"}
      answer={<Stamp name={cause.kind} />}
    >
      <p className="strong">
        {cause.service && !cause.reason.startsWith(cause.service) ? `${cause.service}: ` : ""}
        {cause.reason}
      </p>
      <p className="small muted mb-2">
        {cause.kind === "errored" ? "We could not tell, so it counts as not good. " : ""}
        {cause.by ? `${cause.by.name}, ` : ""}
        <ExactTime at={cause.at} show="both" />
      </p>
      {view.trouble ? <Bullets items={[{ id: "trouble", state: "stuck", text: <b>{view.trouble}</b> }]} /> : null}
      <Facts
        long
        facts={[
          ...cause.evidence.map((one, index) => ({ name: one.name || `evidence ${index + 1}`, value: one.value })),
          view.nextStep ? { name: "next step", value: <b>{view.nextStep}</b> } : false,
        ]}
      />
      {cause.kind === "aborted" ? null : <FailureRemains id={view.id} project={view.project} />}
      {view.blocks.length > 0 ? <Blocks view={view} unblockAction={unblockAction} /> : null}
    </Box>
  );
}

function Blocks({ view, unblockAction }: Omit<CauseBoxProps, "number">) {
  const { blocks, project, rights } = view;
  const { environment } = view.plan;
  return (
    <ul className="mt-3 grid gap-2">
      {blocks.map((block) => (
        <li key={block.id} className="flex flex-wrap items-center gap-2">
          <Stamp name="blocked">{block.liftedAt ? "block lifted" : "blocked"}</Stamp>
          <DigestLabel digest={block.digest} copy />
          <span className="small muted">
            {block.service} {block.liftedAt ? "may enter" : "may not enter"} {environment}
            {block.liftedAt ? " again" : " with these bytes"}
          </span>
          {rights.unblock && !block.liftedAt ? (
            <UnblockButton project={project} environment={environment} block={block} action={unblockAction} />
          ) : null}
        </li>
      ))}
    </ul>
  );
}
