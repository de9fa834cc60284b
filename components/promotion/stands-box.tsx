import Link from "next/link";
import type { ReactNode } from "react";
import { EvidenceText } from "@/components/promotion/evidence-text";
import { gateTitle } from "@/components/promotion/gate-words";
import { Box } from "@/components/sheet/box";
import { Bullets } from "@/components/sheet/bullets";
import { Copies, type Copy } from "@/components/sheet/copies";
import { RelativeTime, Until } from "@/components/time/relative-time";
import { isOpen } from "@/lib/pipeline/gates/gate";
import type { Order, OrderCopy, ServiceOrders } from "@/lib/queries/promotion-orders";
import type { PromotionView } from "@/lib/queries/promotion-page";
import type { RolloutStepLine } from "@/lib/queries/rollout-steps";

/** Where a promotion stands: what was asked of the target, what it took, what was seen; before that, what it waits for. */
export function StandsBox({ number, view }: { number: number; view: PromotionView }) {
  const isWaiting = view.phase === "waiting" || view.phase === "queued";
  const ordered = view.orders.filter((order) => order.there);
  return (
    <Box
      number={number}
      title="Where it stands"
      note={standsNote(view)}
      answer={<StandsAnswer view={view} />}
      flush={ordered.length > 0}
    >
      {isWaiting ? <WaitsFor view={view} /> : null}
      {!isWaiting && ordered.length === 0 ? <p className="note">Nothing was asked of any target.</p> : null}
      {ordered.map((order) => (
        <ServiceCopies key={order.service} order={order} view={view} named={view.orders.length > 1} />
      ))}
      <DueTrouble view={view} />
    </Box>
  );
}

function standsNote({ phase, plan }: PromotionView): string {
  switch (phase) {
    case "waiting":
      return "nothing has begun";
    case "queued":
      return "every gate is open";
    case "rollingOut":
      return "the target is being changed";
    case "verifying":
      return "it runs; success is claimed once it is verified";
    case "rollingBack":
      return "the target goes back";
    case "stuck":
      return "a person is needed";
    case "succeeded":
      return `seen running in ${plan.environment} and verified`;
    default:
      return "it has ended";
  }
}

function StandsAnswer({ view }: { view: PromotionView }): ReactNode {
  if (view.phase === "waiting" || view.phase === "queued") {
    return (
      <>
        expires <RelativeTime at={view.expiresAt} />
      </>
    );
  }
  if (view.watchUntil) return <Until at={view.watchUntil} />;
  return <RelativeTime at={view.since} />;
}

/** What is waited for, who can act, until when. */
function WaitsFor({ view }: { view: PromotionView }) {
  const items = view.verdicts
    .filter((verdict) => !isOpen(verdict))
    .map((verdict) => ({
      id: `${verdict.gate} ${verdict.demand}`,
      state: verdict.status,
      text: (
        <>
          <b>{gateTitle(verdict.gate)}</b>, {verdict.demand}: <EvidenceText text={verdict.summary} />
          {verdict.opensAt ? (
            <>
              , opens <RelativeTime at={verdict.opensAt} />
            </>
          ) : null}
          {verdict.whoCanAct ? `. Can act: ${verdict.whoCanAct}` : ""}
        </>
      ),
    }));
  if (view.phase === "queued") {
    return (
      <p className="note">
        Its place is taken{view.ahead ? " by " : ""}
        {view.ahead ? (
          <Link className="link" href={`/promotions/${view.ahead}`}>
            {view.ahead}
          </Link>
        ) : null}
        . It starts by itself when that has ended.
      </p>
    );
  }
  return items.length === 0 ? <p className="note">Its gates are being evaluated.</p> : <Bullets items={items} />;
}

function ServiceCopies({ order, view, named }: { order: ServiceOrders; view: PromotionView; named: boolean }) {
  const { service, there, back } = order;
  const seen = view.seen.find((one) => one.service === service);
  const isOver = view.phase !== "rollingOut";
  const steps = view.rollouts.find((one) => one.service === service)?.steps;
  const pods = seen && !view.ended ? `${seen.ready} of ${seen.desired} pods ready` : undefined;
  // The pods that are seen are those of what is live: of a colour or a canary they say nothing.
  const progress = steps && view.phase === "rollingOut" ? stepsWords(steps) : pods;
  return (
    <>
      {named || back ? (
        <p className="small soft py-2 pr-4 pl-10">{back ? `${service}, on the way there` : service}</p>
      ) : null}
      {there ? (
        <OrderCopies order={there} open={order.failed ? order.failed.reason : progress} isOver={isOver} />
      ) : null}
      {back ? (
        <>
          <p className="small soft py-2 pr-4 pl-10">{service}, on the way back</p>
          <OrderCopies order={back} open={progress} isOver={view.ended || view.phase === "stuck"} />
        </>
      ) : null}
    </>
  );
}

function stepsWords(steps: readonly RolloutStepLine[]): string {
  const over = steps.filter((one) => one.status === "done" || one.status === "skipped").length;
  return `${over} of ${steps.length} steps done`;
}

function OrderCopies({ order, open, isOver }: { order: Order; open: string | undefined; isOver: boolean }) {
  return (
    <Copies
      requested={copyOf(order.requested)}
      accepted={order.accepted ? copyOf(order.accepted) : { about: open, never: isOver }}
      observed={order.observed ? copyOf(order.observed) : { about: order.accepted ? open : undefined, never: isOver }}
    />
  );
}

function copyOf({ at, about, entry }: OrderCopy): Copy {
  return { at, about: `${about}, entry ${entry}` };
}

/** An outside system that does not answer: which, what it said, when it is tried again. */
function DueTrouble({ view }: { view: PromotionView }) {
  const troubled = view.due.filter((one) => one.trouble);
  if (troubled.length === 0) return null;
  return (
    <div className="p-4 pl-10">
      <Bullets
        items={troubled.map((one) => ({
          id: `${one.kind} ${one.service}`,
          state: "errored" as const,
          text: (
            <>
              {one.trouble} It is tried again <RelativeTime at={one.dueAt} />; {one.attempts} tries so far.
            </>
          ),
        }))}
      />
    </div>
  );
}
