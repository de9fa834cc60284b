import {
  freshOverridden,
  freshProposal,
  freshToken,
  freshWaiting,
  givenUp,
  hook,
  liftBlocks,
  queueNotification,
  restoreDrift,
  type Stage,
  setAutomationHold,
  setHold,
  setPin,
  stopWaiting,
} from "@/lib/api/testing/access-stage";
import { type Caller, members } from "@/lib/api/testing/callers";

export interface Sent {
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * Who may use one method of a route, or one server action.
 * `allow`: those who may; everybody else is refused and nothing changes.
 * `hides`: every signed-in caller is answered, and whoever is not of the project reads nothing of it.
 * `open`: everybody, signed in or not.
 */
export interface Access {
  may: { kind: "allow"; who: readonly Caller[] } | { kind: "hides" } | { kind: "open"; status?: number };
  /** What is sent, or given to an action. */
  send(stage: Stage, caller: Caller): Sent;
  /** Puts something there to be done before each caller who may. */
  refresh?(stage: Stage): Promise<void>;
  /** The rules of promotions may refuse some of those who may; at least one of them succeeds. */
  rulesMayRefuse?: boolean;
}

const everyMember = members.filter((caller) => caller !== "foreignPage");
const reading: Access["may"] = { kind: "allow", who: members };
const hides: Access["may"] = { kind: "hides" };
const allow = (...who: Caller[]): Access["may"] => ({ kind: "allow", who });

const managers: Caller[] = ["releaseManager", "projectAdministrator", "administrator"];
const signers: Caller[] = ["approver", "projectAdministrator", "administrator"];
const either: Caller[] = ["releaseManager", ...signers];

const project = "demo";
const get = (path: string, may: Access["may"] = reading): Access => ({ may, send: () => ({ path }) });
const at = { project, environment: "production", service: "chat" };
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
/** Of the approval that a promotion to production waits for, behind the gate of what it requires. */
const override = (planHash: string) => ({ planHash, gate: 1, reason: "to see who may", incident: "INC-7" });
const propose = async (stage: Stage) => {
  stage.proposal = await freshProposal(stage);
};
const why = "to see who may";
const held = (wanted: boolean) => async (stage: Stage) => {
  await setHold(stage.world, wanted);
};
const pinned = (wanted: boolean) => async (stage: Stage) => {
  await setPin(stage, wanted);
};
const unblocked = liftBlocks;
const digestOf = ({ wanted }: Stage) => ({ ...at, digest: wanted, reason: "to see who may" });
const keyed = (caller: Caller, what: string) => ({ "idempotency-key": `${what}-of-${caller}` });
const announcement = ({ unannounced }: Stage) => ({
  project,
  version: "v3.0.0",
  artifacts: [{ service: "backend", image: `demo-backend@${unannounced}` }],
});
const scanOf = ({ announced }: Stage, caller: Caller) => ({
  project,
  digest: announced,
  report: { SchemaVersion: 2, ArtifactName: caller, Results: [{ Class: "os-pkgs", Vulnerabilities: [] }] },
});
const newToken = { project, label: "test", role: "viewer", environments: null, expiresInDays: 1 };

/** Every method of the public API. */
export const apiAccess: Record<string, Access> = {
  "GET /api/v1/projects": get("/api/v1/projects", hides),
  "GET /api/v1/matrix": get("/api/v1/matrix", hides),
  "PUT /api/v1/documents": {
    may: allow("projectAdministrator", "administrator"),
    send: ({ file }) => ({ path: "/api/v1/documents", body: { text: `${file}# a remark\n` } }),
  },
  "GET /api/v1/proposals": get("/api/v1/proposals", hides),
  "POST /api/v1/proposals/{id}/confirm": {
    may: allow("projectAdministrator", "administrator"),
    rulesMayRefuse: true,
    refresh: propose,
    send: ({ proposal: { id, fileHash } }) => ({ path: `/api/v1/proposals/${id}/confirm`, body: { fileHash } }),
  },
  "POST /api/v1/proposals/{id}/reject": {
    may: allow("projectAdministrator", "administrator"),
    refresh: propose,
    send: ({ proposal: { id } }) => ({ path: `/api/v1/proposals/${id}/reject`, body: { why } }),
  },
  "POST /api/v1/releases": {
    may: allow(...managers, "stagingToken"),
    send: (stage) => ({ path: "/api/v1/releases", body: announcement(stage) }),
  },
  "GET /api/v1/releases": get("/api/v1/releases", hides),
  "GET /api/v1/releases/{project}/{key}": get("/api/v1/releases/demo/backend%40v1.1.0"),
  "POST /api/v1/scans": {
    may: allow(...managers, "stagingToken"),
    send: (stage, caller) => ({ path: "/api/v1/scans", body: scanOf(stage, caller) }),
  },
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
  "POST /api/v1/promotions/{id}/overrides": {
    may: allow("overrider", "projectAdministrator", "administrator"),
    rulesMayRefuse: true,
    refresh: renew,
    send: ({ waiting }) => ({ path: `/api/v1/promotions/${waiting.id}/overrides`, body: override(waiting.planHash) }),
  },
  "POST /api/v1/promotions/{id}/overrides/{override}/confirm": {
    may: allow("overrider", "projectAdministrator", "administrator"),
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
    send: ({ waiting: { id } }) => ({ path: `/api/v1/promotions/${id}/abort`, body: { why: "to see who may" } }),
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
  "GET /api/v1/holds": get("/api/v1/holds", hides),
  "POST /api/v1/holds": {
    may: allow(...either),
    refresh: held(false),
    send: () => {
      return { path: "/api/v1/holds", body: { project, environment: "production", reason: "to see who may" } };
    },
  },
  "DELETE /api/v1/holds/{project}/{environment}": {
    may: allow(...managers),
    refresh: held(true),
    send: () => ({ path: "/api/v1/holds/demo/production?why=to+see+who+may" }),
  },
  "DELETE /api/v1/holds/{project}": {
    may: allow(...managers),
    refresh: async (stage) => {
      await setHold(stage.world, true, null);
    },
    send: () => ({ path: "/api/v1/holds/demo?why=to+see+who+may" }),
  },
  "GET /api/v1/blocks": get("/api/v1/blocks", hides),
  "POST /api/v1/blocks": {
    may: allow(...either),
    refresh: unblocked,
    send: (stage) => ({ path: "/api/v1/blocks", body: digestOf(stage) }),
  },
  "GET /api/v1/pins": get("/api/v1/pins", hides),
  "POST /api/v1/pins": {
    may: allow(...managers),
    refresh: pinned(false),
    send: (stage) => ({ path: "/api/v1/pins", body: digestOf(stage) }),
  },
  "DELETE /api/v1/pins/{project}/{environment}/{service}": {
    may: allow(...managers),
    refresh: pinned(true),
    send: () => ({ path: "/api/v1/pins/demo/production/chat?why=to+see+who+may" }),
  },
  "GET /api/v1/automation-holds": get("/api/v1/automation-holds", hides),
  "DELETE /api/v1/automation-holds/{project}/{environment}/{service}": {
    may: allow(...managers),
    refresh: setAutomationHold,
    send: () => ({ path: "/api/v1/automation-holds/demo/production/chat?why=to+see+who+may" }),
  },
  "POST /api/v1/unblocks": {
    may: allow(...signers),
    rulesMayRefuse: true,
    send: ({ block }) => ({ path: "/api/v1/unblocks", body: { project, block, why: "to see who may" } }),
  },
  "POST /api/v1/drift/adopt": {
    may: allow(...managers),
    rulesMayRefuse: true,
    refresh: restoreDrift,
    send: ({ drift }) => ({ path: "/api/v1/drift/adopt", body: { ...at, digest: drift, why: "to see who may" } }),
  },
  "POST /api/v1/drift/revert": {
    may: allow(...managers),
    rulesMayRefuse: true,
    refresh: restoreDrift,
    send: ({ drift }) => ({ path: "/api/v1/drift/revert", body: { ...at, digest: drift, why: "to see who may" } }),
  },
  "GET /api/v1/ledger/{project}": get("/api/v1/ledger/demo"),
  "GET /api/v1/ledger/{project}/head": get("/api/v1/ledger/demo/head"),
  "GET /api/v1/ledger/{project}/export": get("/api/v1/ledger/demo/export"),
  "POST /api/v1/tokens": {
    may: allow(...either, "stagingToken"),
    send: () => ({ path: "/api/v1/tokens", body: newToken }),
  },
  "GET /api/v1/tokens": get("/api/v1/tokens?project=demo", hides),
  "DELETE /api/v1/tokens/{id}": {
    may: allow(...managers, "stagingToken"),
    refresh: async (stage) => {
      stage.token = await freshToken(stage.world);
    },
    send: ({ token }) => ({ path: `/api/v1/tokens/${token}` }),
  },
  "GET /api/v1/openapi.json": get("/api/v1/openapi.json", { kind: "open" }),
  ...Object.fromEntries(
    ["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => [
      `${method} /api/v1/{...unknown}`,
      get("/api/v1/nothing/here", { kind: "open", status: 404 }),
    ]),
  ),
};

const form = { "content-type": "application/x-www-form-urlencoded" };
const view = (name: string, query = "", may: Access["may"] = reading): Access => {
  return get(`/api/view/${name}${query === "" ? "" : `?${query}`}`, may);
};
const ofProject = "project=demo";

/** What pages read, and the rest of /api. */
export const pageAccess: Record<string, Access> = {
  "GET /api/health/live": get("/api/health/live", { kind: "open" }),
  "GET /api/health/ready": get("/api/health/ready", { kind: "open" }),
  "GET /api/metrics": get("/api/metrics", allow("administrator", "foreignPage")),
  "GET /api/events": get("/api/events", hides),
  "GET /api/auth/{...nextauth}": get("/api/auth/csrf", { kind: "open" }),
  "POST /api/auth/{...nextauth}": get("/api/auth/_log", { kind: "open", status: 404 }),
  // Signed by the chat, for a person that the connection names: its own test is app/api/hooks/slack.
  "POST /api/hooks/slack/{connection}": {
    may: { kind: "open", status: 401 },
    send: () => ({ path: "/api/hooks/slack/chat", body: "payload={}", headers: form }),
  },
  "GET /api/view/environments": view("environments", "", hides),
  "GET /api/view/environments/{project}/{environment}": view("environments/demo/staging"),
  "GET /api/view/approvals": view("approvals", "", hides),
  "GET /api/view/approvals/{id}": view("approvals/demo-1"),
  "GET /api/view/history": view("history", ofProject),
  "GET /api/view/history-csv": view("history-csv", ofProject),
  "GET /api/view/history/entry": view("history/entry", `${ofProject}&seq=1`),
  "GET /api/view/ledger-export": view("ledger-export", ofProject),
  "GET /api/view/matrix": view("matrix", "", hides),
  "GET /api/view/overview": view("overview", "", hides),
  "GET /api/view/palette": view("palette", "text=backend", hides),
  "GET /api/view/promote-preview": view(
    "promote-preview",
    `${ofProject}&environment=production&release=backend%40v1.1.0`,
  ),
  "GET /api/view/promote-set": view("promote-set", `${ofProject}&environment=production&release=backend%40v1.1.0`),
  "GET /api/view/promotions": view("promotions", "", hides),
  "GET /api/view/promotions/{id}": view("promotions/demo-1"),
  "GET /api/view/release": view("release", `${ofProject}&key=backend%40v1.1.0`),
  "GET /api/view/releases": view("releases", "", hides),
  "GET /api/view/rollback-readiness": view("rollback-readiness", `${ofProject}&image=backend@sha256:${"0".repeat(64)}`),
  "GET /api/view/service": view("service", `${ofProject}&service=backend`),
  "GET /api/view/services": view("services", "", hides),
  "GET /api/view/settings/connections": view("settings/connections", "", hides),
  "GET /api/view/settings/file": view("settings/file", ofProject),
  "GET /api/view/settings/installation": view("settings/installation", "", hides),
  "GET /api/view/settings/notifications": view("settings/notifications", ofProject),
  "GET /api/view/settings/people": view("settings/people", ofProject),
  "GET /api/view/settings/tokens": view("settings/tokens", ofProject),
  "GET /api/view/settings/version": view("settings/version", `${ofProject}&version=1`),
  "GET /api/view/shell": view("shell", "", hides),
};

/** An action's input; only people have actions. */
const action = (
  who: Caller[],
  input: (stage: Stage, caller: Caller) => unknown,
  more: Partial<Access> = {},
): Access => ({
  may: { kind: "allow", who },
  send: (stage, caller) => ({ path: "", body: input(stage, caller) }),
  ...more,
});
const ruled = { rulesMayRefuse: true };

/** Every exported function of a module of server actions. */
export const actionAccess: Record<string, Access> = {
  "documents applyDocumentsAction": action(["projectAdministrator", "administrator"], ({ file }) => ({
    text: `${file}# another remark\n`,
  })),
  "documents confirmPolicyAction": action(
    ["projectAdministrator", "administrator"],
    ({ proposal: { id, fileHash } }) => ({ proposal: id, fileHash }),
    { ...ruled, refresh: propose },
  ),
  "documents rejectPolicyAction": action(
    ["projectAdministrator", "administrator"],
    ({ proposal: { id } }) => ({ proposal: id, why }),
    { refresh: propose },
  ),
  "documents checkConnectionAction": action(["projectAdministrator", "administrator"], () => ({ name: "registry" })),
  "environments holdAction": action(either, () => ({ project, environment: "production", reason: why }), {
    refresh: held(false),
  }),
  "environments releaseHoldAction": action(managers, () => ({ project, environment: "production", why }), {
    refresh: held(true),
  }),
  "environments unblockAction": action(signers, ({ block }) => ({ project, block, why }), ruled),
  "environments blockAction": action(either, digestOf, { refresh: unblocked }),
  "environments pinAction": action(managers, digestOf, { refresh: pinned(false) }),
  "environments unpinAction": action(managers, () => ({ ...at, why }), { refresh: pinned(true) }),
  "environments resumeAutomationAction": action(managers, () => ({ ...at, why }), { refresh: setAutomationHold }),
  "environments adoptDriftAction": action(managers, ({ drift }) => ({ ...at, digest: drift, why }), ruled),
  "environments revertDriftAction": action(managers, ({ drift }) => ({ ...at, digest: drift, why }), ruled),
  "notifications tryNotificationAction": action(["projectAdministrator", "administrator"], () => hook, {
    refresh: ({ world }) => queueNotification(world, "delivered"),
  }),
  "notifications sendNotificationAgainAction": action(
    ["projectAdministrator", "administrator"],
    () => ({ project, id: givenUp }),
    { refresh: ({ world }) => queueNotification(world, "dead") },
  ),
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
  "promotions overrideGateAction": action(
    ["overrider", "projectAdministrator", "administrator"],
    ({ waiting: { id, planHash } }) => ({ promotion: id, ...override(planHash) }),
    { ...ruled, refresh: renew },
  ),
  "promotions confirmOverrideAction": action(
    ["overrider", "projectAdministrator", "administrator"],
    ({ overridden: { id, planHash } }) => ({ promotion: id, planHash, override: 1 }),
    { ...ruled, refresh: overridden(false) },
  ),
  "promotions reviewOverrideAction": action(
    ["overrider", ...signers],
    ({ overridden: { id } }) => ({ promotion: id, override: 1, words: "to see who may review" }),
    { ...ruled, refresh: overridden(true) },
  ),
  "promotions abortAction": action(either, ({ waiting: { id } }) => ({ promotion: id, why }), { refresh: renew }),
  "promotions settleStuckAction": action(managers, ({ stuck }) => ({ promotion: stuck, how: "retry" }), ruled),
  "releases announceReleaseAction": action(managers, announcement),
  "tokens createTokenAction": action(either, () => newToken),
  "tokens revokeTokenAction": action(managers, ({ token }) => ({ id: token }), {
    refresh: async (stage) => {
      stage.token = await freshToken(stage.world);
    },
  }),
};
