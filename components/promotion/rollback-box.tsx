"use client";

import { DigestLabel } from "@/components/digest/digest-label";
import { useView } from "@/components/live/use-view";
import type { RollbackReadiness } from "@/components/promote/rollback-readiness";
import { Box } from "@/components/sheet/box";
import { type Bullet, Bullets } from "@/components/sheet/bullets";
import { Stamp } from "@/components/state/stamp";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import type { ServiceFacts } from "@/lib/queries/plan-facts";

interface RollbackBoxProps {
  number?: number;
  plan: Plan;
  facts: readonly ServiceFacts[];
}

/** Where the plan would go back to, and whether it could at this moment. */
export function RollbackBox({ number, plan, facts }: RollbackBoxProps) {
  const readiness = useRollbackReadiness(plan);
  return (
    <Box
      number={number}
      title={plan.kind === "rollback" ? "What it goes back to" : "Rollback target"}
      answer={<ReadyAnswer plan={plan} readiness={readiness} />}
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

/** When the target was verified in the plan's environment; null where it never was. */
function verifiedAtOf(plan: Plan, fact: ServiceFacts | undefined): string | null {
  if (plan.kind === "promote") return fact?.rollbackVerifiedAt ?? null;
  return fact?.path.find((one) => one.environment === plan.environment)?.verifiedAt ?? null;
}

interface TargetsProps extends RollbackBoxProps {
  readiness: RollbackReadiness | undefined;
}

/** Each service's way back with what is known of it. */
export function RollbackTargets({ plan, facts, readiness }: TargetsProps) {
  return plan.services.map((planned) => {
    const fact = facts.find((one) => one.service === planned.service);
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
        <Bullets items={bulletsOf(plan, planned, fact, readiness)} />
      </div>
    );
  });
}

function bulletsOf(
  plan: Plan,
  planned: PlannedService,
  fact: ServiceFacts | undefined,
  readiness: RollbackReadiness | undefined,
): Bullet[] {
  const target = targetOf(plan, planned);
  if (!target) {
    const text = `Nothing ran in ${plan.environment} before: there is nothing to go back to.`;
    return [{ id: "none", state: "fail", text }];
  }
  const verifiedAt = verifiedAtOf(plan, fact);
  const verified: Bullet = verifiedAt
    ? {
        id: "verified",
        state: "pass",
        text: (
          <>
            Verified in {plan.environment} <RelativeTime at={verifiedAt} />
          </>
        ),
      }
    : { id: "verified", state: "degraded", text: "Never verified here: it is what ran before" };
  const kept = keptOf(planned.service, target.digest, readiness);
  const words: Record<Kept, Bullet> = {
    asking: { id: "kept", state: "unknown", text: "The registry is being asked whether it still has it" },
    silent: { id: "kept", state: "unknown", text: "The registry did not tell whether it still has it" },
    there: { id: "kept", state: "pass", text: "In the registry, asked now" },
    gone: { id: "kept", state: "fail", text: "Not in the registry any more: no node could pull it" },
  };
  return [verified, words[kept]];
}

type Kept = "asking" | "silent" | "there" | "gone";

function keptOf(service: string, digest: string, readiness: RollbackReadiness | undefined): Kept {
  if (!readiness) return "asking";
  const answer = readiness.answers.find((one) => one.service === service && one.digest === digest);
  if (!answer || answer.inRegistry === null) return "silent";
  return answer.inRegistry ? "there" : "gone";
}

/** Ready, not ready, or not known, over all services. */
export function ReadyAnswer({ plan, readiness }: { plan: Plan; readiness: RollbackReadiness | undefined }) {
  const kept = plan.services.map((one) =>
    one.rollback ? keptOf(one.service, one.rollback.digest, readiness) : "gone",
  );
  if (kept.includes("gone")) return <Stamp name="fail">not ready</Stamp>;
  if (kept.includes("asking")) return <State name="unknown">being asked</State>;
  if (kept.includes("silent")) return <Stamp name="unknown">not known</Stamp>;
  return <Stamp name="pass">ready</Stamp>;
}
