import {
  type Access,
  action,
  administrators,
  allow,
  either,
  everyMember,
  get,
  hides,
  keyed,
  managers,
  project,
  ruled,
  signers,
  why,
} from "@/lib/api/testing/access/access";
import { freshCanary, freshOverridden, freshWaiting, type Stage, stopWaiting } from "@/lib/api/testing/access-stage";
import type { Caller } from "@/lib/api/testing/callers";

const rollback = { project, environment: "staging", services: ["chat"] };
const renew = async (stage: Stage) => {
  stage.waiting = await freshWaiting(stage);
};
const renewAborted = async (stage: Stage) => {
  await renew(stage);
  stage.aborted = await stopWaiting(stage);
};
const overridden = (confirmed: boolean) => async (stage: Stage) => {
  stage.overridden = await freshOverridden(stage, confirmed);
};
const renewCanary = (isPaused: boolean) => async (stage: Stage) => {
  stage.canary = await freshCanary(stage, isPaused);
};
const skippers: Caller[] = ["overrider", ...administrators];
/** The machine that may do this and nothing else, and whoever may stop a promotion. */
const reporters: Caller[] = ["alarmToken", "stagingToken", ...either];
const reported = (caller: Caller) => ({
  id: `report-of-${caller}-${performance.now()}`,
  happenedAt: new Date().toISOString(),
});
const canary = (stage: Stage) => ({ promotion: stage.canary, why });
const steered = (verb: string, who: Caller[], isPaused: boolean): Access => ({
  may: allow(...who),
  refresh: renewCanary(isPaused),
  send: (stage) => ({ path: `/api/v1/promotions/${stage.canary}/${verb}`, body: { why } }),
});
/** Of the approval that a promotion to production waits for, behind the gate of what it requires. */
const override = (planHash: string) => ({ planHash, gate: 1, reason: why, incident: "INC-7" });

/** Of what is to be ticked, the last gate of the policy. */
const ticking = (planHash: string) => ({ planHash, gate: 3, item: 0, ticked: true });

/** The API's operations about promotions, from the plan to the end. */
export const promotionsOperations: Record<string, Access> = {
  "POST /api/v1/plans": {
    may: allow(...everyMember),
    send: ({ release }) => ({ path: "/api/v1/plans", body: { project, environment: "production", release } }),
  },
  "POST /api/v1/promotions": {
    may: allow(...managers),
    send: ({ release }, caller) => {
      const body = { project, environment: "production", release };
      return { path: "/api/v1/promotions", body, headers: keyed(caller, "promotion") };
    },
  },
  "POST /api/v1/promotion-sets": {
    may: allow(...managers),
    send: ({ release }, caller) => {
      const body = { project, environment: "production", releases: [release] };
      return { path: "/api/v1/promotion-sets", body, headers: keyed(caller, "promotions") };
    },
  },
  "GET /api/v1/promotions": get("/api/v1/promotions", hides),
  "GET /api/v1/promotions/{id}": get("/api/v1/promotions/demo-1"),
  "GET /api/v1/promotions/{id}/evidence": get("/api/v1/promotions/demo-1/evidence"),
  "GET /api/v1/promotions/{id}/job-logs": get("/api/v1/promotions/demo-1/job-logs"),
  "POST /api/v1/promotions/{id}/approvals": {
    may: allow(...signers),
    rulesMayRefuse: true,
    refresh: renew,
    send: ({ waiting: { id, planHash } }) => {
      return { path: `/api/v1/promotions/${id}/approvals`, body: { decision: "approve", planHash } };
    },
  },
  "POST /api/v1/promotions/{id}/retry": {
    may: allow(...managers),
    refresh: renewAborted,
    send: ({ aborted }, caller) => {
      const headers = keyed(caller, `retry-${performance.now()}`);
      return { path: `/api/v1/promotions/${aborted}/retry`, body: {}, headers };
    },
  },
  "POST /api/v1/promotions/{id}/ticks": {
    may: allow(...either),
    refresh: renew,
    send: ({ waiting }) => ({ path: `/api/v1/promotions/${waiting.id}/ticks`, body: ticking(waiting.planHash) }),
  },
  "POST /api/v1/promotions/{id}/overrides": {
    may: allow("overrider", ...administrators),
    rulesMayRefuse: true,
    refresh: renew,
    send: ({ waiting }) => ({ path: `/api/v1/promotions/${waiting.id}/overrides`, body: override(waiting.planHash) }),
  },
  "POST /api/v1/promotions/{id}/overrides/{override}/confirm": {
    may: allow("overrider", ...administrators),
    rulesMayRefuse: true,
    refresh: overridden(false),
    send: ({ overridden: { id, planHash } }) => {
      return { path: `/api/v1/promotions/${id}/overrides/1/confirm`, body: { planHash } };
    },
  },
  "POST /api/v1/promotions/{id}/overrides/{override}/review": {
    may: allow("overrider", ...signers),
    rulesMayRefuse: true,
    refresh: overridden(true),
    send: ({ overridden: { id } }) => {
      return { path: `/api/v1/promotions/${id}/overrides/1/review`, body: { words: "to see who may review" } };
    },
  },
  "POST /api/v1/promotions/{id}/abort": {
    may: allow(...either),
    refresh: renew,
    send: ({ waiting: { id } }) => ({ path: `/api/v1/promotions/${id}/abort`, body: { why } }),
  },
  "POST /api/v1/promotions/{id}/pause": steered("pause", either, false),
  "POST /api/v1/promotions/{id}/resume": steered("resume", either, true),
  "POST /api/v1/promotions/{id}/skip": steered("skip", skippers, true),
  "POST /api/v1/promotions/{id}/promote-fully": steered("promote-fully", skippers, false),
  "POST /api/v1/triggers": {
    may: allow(...reporters),
    rulesMayRefuse: true,
    send: (_, caller) => {
      const at = { project, environment: "staging", service: "backend" };
      return { path: "/api/v1/triggers", body: { ...at, ...reported(caller), trigger: "breaker", words: why } };
    },
  },
  "POST /api/v1/triggers/{project}/{environment}/{trigger}/alertmanager": {
    may: allow(...reporters),
    foreignForm: true,
    send: (_, caller) => {
      const { id, happenedAt } = reported(caller);
      const labels = { alertname: "Breaker", service: "backend" };
      const alerts = [
        { status: "firing", labels, annotations: { summary: why }, startsAt: happenedAt, fingerprint: id },
      ];
      return { path: `/api/v1/triggers/${project}/staging/breaker/alertmanager`, body: { version: "4", alerts } };
    },
  },
  "POST /api/v1/promotions/{id}/settle": {
    may: allow(...managers, "stagingToken"),
    rulesMayRefuse: true,
    send: ({ stuck }) => ({ path: `/api/v1/promotions/${stuck}/settle`, body: { how: "retry" } }),
  },
  "POST /api/v1/rollbacks": {
    may: allow(...managers, "stagingToken"),
    rulesMayRefuse: true,
    send: (_stage, caller) => ({ path: "/api/v1/rollbacks", body: rollback, headers: keyed(caller, "rollback") }),
  },
};

/** Server actions about promotions, from the plan to the end. */
export const promotionsActions: Record<string, Access> = {
  "promotions requestPromotionAction": action(managers, ({ release }, caller) => {
    return { project, environment: "production", release, idempotencyKey: `action-of-${caller}` };
  }),
  "promotions requestPromotionsAction": action(managers, ({ release }, caller) => {
    return { project, environment: "production", releases: [release], idempotencyKey: `set-action-of-${caller}` };
  }),
  "promotions rollBackAction": action(
    managers,
    (_stage, caller) => ({ ...rollback, idempotencyKey: `action-back-of-${caller}` }),
    ruled,
  ),
  "promotions retryPromotionAction": action(
    managers,
    ({ aborted }, caller) => ({ promotion: aborted, idempotencyKey: `retry-of-${caller}-${performance.now()}` }),
    { refresh: renewAborted },
  ),
  "promotions approveAction": action(signers, ({ waiting: { id, planHash } }) => ({ promotion: id, planHash }), {
    ...ruled,
    refresh: renew,
  }),
  "promotions rejectAction": action(signers, ({ waiting: { id, planHash } }) => ({ promotion: id, planHash, why }), {
    refresh: renew,
  }),
  "promotions tickAction": action(
    either,
    ({ waiting: { id, planHash } }) => ({ promotion: id, ...ticking(planHash) }),
    {
      refresh: renew,
    },
  ),
  "promotions overrideGateAction": action(
    ["overrider", ...administrators],
    ({ waiting: { id, planHash } }) => ({ promotion: id, ...override(planHash) }),
    { ...ruled, refresh: renew },
  ),
  "promotions confirmOverrideAction": action(
    ["overrider", ...administrators],
    ({ overridden: { id, planHash } }) => ({ promotion: id, planHash, override: 1 }),
    { ...ruled, refresh: overridden(false) },
  ),
  "promotions reviewOverrideAction": action(
    ["overrider", ...signers],
    ({ overridden: { id } }) => ({ promotion: id, override: 1, words: "to see who may review" }),
    { ...ruled, refresh: overridden(true) },
  ),
  "promotions abortAction": action(either, ({ waiting: { id } }) => ({ promotion: id, why }), { refresh: renew }),
  "promotions pauseRolloutAction": action(either, canary, { refresh: renewCanary(false) }),
  "promotions resumeRolloutAction": action(either, canary, { refresh: renewCanary(true) }),
  "promotions skipStepAction": action(skippers, canary, { refresh: renewCanary(true) }),
  "promotions promoteFullyAction": action(skippers, canary, { refresh: renewCanary(false) }),
  "promotions settleStuckAction": action(managers, ({ stuck }) => ({ promotion: stuck, how: "retry" }), ruled),
};
