"use client";

import type { ReactElement } from "react";
import { DigestLabel } from "@/components/digest/digest-label";
import { useView } from "@/components/live/use-view";
import type { RollbackReadiness } from "@/components/promote/rollback-readiness";
import { StaysList } from "@/components/promotion/stays-list";
import { Box } from "@/components/sheet/box";
import { type Bullet, Bullets } from "@/components/sheet/bullets";
import { Stamp } from "@/components/state/stamp";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import { RelativeTime } from "@/components/time/relative-time";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import {
  type Kept,
  type LineState,
  type ReadinessLevel,
  type ReadinessLine,
  readinessLevel,
  readinessLines,
} from "@/lib/pipeline/plan/rollback-readiness";
import type { ServiceFacts } from "@/lib/queries/plan-facts";

interface RollbackBoxProps {
  number?: number;
  plan: Plan;
  facts: readonly ServiceFacts[];
}

/** Where the plan would go back to, whether it could at this moment, and what that would leave as it is. */
export function RollbackBox({ number, plan, facts }: RollbackBoxProps) {
  const readiness = useRollbackReadiness(plan);
  return (
    <Box
      number={number}
      title={plan.kind === "rollback" ? "What it goes back to" : "Rollback target"}
      answer={<ReadyAnswer plan={plan} facts={facts} readiness={readiness} />}
    >
      <RollbackTargets plan={plan} facts={facts} readiness={readiness} />
    </Box>
  );
}

/** What the registry says about the digests to go back to; undefined while it is asked. */
export function useRollbackReadiness(plan: Plan): RollbackReadiness | undefined {
  const images = plan.services.flatMap((one) => {
    const target = targetOf(plan, one);
    return target ? [`${one.service}@${target.digest}`] : [];
  });
  const query = new URLSearchParams([
    ["project", plan.project],
    ...images.slice(0, 20).map((image) => ["image", image] as [string, string]),
  ]);
  const { data } = useView<RollbackReadiness>(`/api/view/rollback-readiness?${query}`, {
    // A registry says nothing on the stream of changes.
    watches: { projects: [] },
    enabled: images.length > 0,
  });
  return data;
}

/** Where it would go back to; of a rollback itself, where it goes: it is never rolled back by itself. */
function targetOf({ kind }: Plan, { to, rollback }: PlannedService): { digest: string; version: string | null } | null {
  return kind === "rollback" ? to : rollback;
}

interface TargetsProps extends RollbackBoxProps {
  readiness: RollbackReadiness | undefined;
}

/** Each service's way back with what is known of it, and what stays as it is. */
export function RollbackTargets({ plan, facts, readiness }: TargetsProps) {
  return (
    <>
      {plan.services.map((planned) => {
        const target = targetOf(plan, planned);
        return (
          <div key={planned.service} className="mb-2">
            {target ? (
              <p className="flex flex-wrap items-center gap-2 mb-2">
                <b>
                  {plan.services.length > 1 ? `${planned.service} ` : ""}
                  {target.version ?? "a release that is not known"}
                </b>
                <DigestLabel digest={target.digest} prefix copy />
              </p>
            ) : null}
            <Bullets items={bulletsOf(plan, planned, facts, readiness)} />
          </div>
        );
      })}
      <StaysList plan={plan} facts={facts} />
    </>
  );
}

const marks: Record<LineState, StateName> = { pass: "pass", remark: "degraded", unknown: "unknown", fail: "fail" };

function bulletsOf(
  plan: Plan,
  planned: PlannedService,
  facts: readonly ServiceFacts[],
  readiness: RollbackReadiness | undefined,
): Bullet[] {
  const way = wayBackOf(plan, planned, facts, readiness);
  if (!way) {
    const text = `Nothing ran in ${plan.environment} before: there is nothing to go back to.`;
    return [{ id: "none", state: "fail", text }];
  }
  return way.lines.map(({ id, state, why }) => ({
    id,
    state: marks[state],
    text:
      id === "verified" && way.verifiedAt ? (
        <>
          {why} <RelativeTime at={way.verifiedAt} />
        </>
      ) : (
        why
      ),
  }));
}

interface Way {
  kept: Kept;
  verifiedAt: string | null;
  lines: ReadinessLine[];
}

/** What is known of one service's way back; undefined where there is none. */
function wayBackOf(
  plan: Plan,
  planned: PlannedService,
  facts: readonly ServiceFacts[],
  readiness: RollbackReadiness | undefined,
): Way | undefined {
  const target = targetOf(plan, planned);
  const known = facts.find((one) => one.service === planned.service)?.wayBack;
  if (!target || !known) return undefined;
  const kept = keptOf(planned.service, target.digest, readiness);
  return { kept, verifiedAt: known.verifiedAt, lines: readinessLines(plan.environment, known, kept) };
}

function keptOf(service: string, digest: string, readiness: RollbackReadiness | undefined): Kept {
  if (!readiness) return "asking";
  const answer = readiness.answers.find((one) => one.service === service && one.digest === digest);
  if (!answer || answer.inRegistry === null) return "silent";
  return answer.inRegistry ? "there" : "gone";
}

/** Ready, with remarks, not ready, or not known, over all services. */
export function ReadyAnswer({ plan, facts, readiness }: TargetsProps) {
  const ways = plan.services.map((one) => wayBackOf(plan, one, facts, readiness));
  const known = ways.filter((way) => way !== undefined);
  const level =
    known.length < ways.length
      ? "notReady"
      : readinessLevel(
          known.flatMap((way) => way.lines),
          known.map((way) => way.kept),
        );
  return answers[level];
}

const answers: Record<ReadinessLevel, ReactElement> = {
  ready: <Stamp name="pass">ready</Stamp>,
  remarks: <Stamp name="degraded">ready with remarks</Stamp>,
  notReady: <Stamp name="fail">not ready</Stamp>,
  unknown: <Stamp name="unknown">not known</Stamp>,
  asking: <State name="unknown">being asked</State>,
};
