import {
  type Access,
  action,
  allow,
  at,
  either,
  get,
  hides,
  managers,
  project,
  ruled,
  signers,
  why,
} from "@/lib/api/testing/access/access";
import {
  liftBlocks,
  restoreDrift,
  type Stage,
  setAutomationHold,
  setHold,
  setPin,
} from "@/lib/api/testing/access-stage";
import { sql } from "@/lib/db/sql";

const held = (wanted: boolean) => async (stage: Stage) => {
  await setHold(stage.world, wanted);
};
const pinned = (wanted: boolean) => async (stage: Stage) => {
  await setPin(stage, wanted);
};
const unblocked = liftBlocks;
const nothingDue = async ({ world }: Stage) => {
  await world.pool.execute(sql`update reverification set status = 'errored', ended_at = now() where status = 'due'`);
};
const digestOf = ({ wanted }: Stage) => ({ ...at, digest: wanted, reason: why });

/** The API's operations about environments: holds, blocks, pins, drift. */
export const environmentsOperations: Record<string, Access> = {
  "GET /api/v1/holds": get("/api/v1/holds", hides),
  "POST /api/v1/holds": {
    may: allow(...either),
    refresh: held(false),
    send: () => {
      return { path: "/api/v1/holds", body: { project, environment: "production", reason: why } };
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
  "GET /api/v1/reverifications": get("/api/v1/reverifications", hides),
  "GET /api/v1/reverifications/{id}/job-logs": {
    ...get("/api/v1/reverifications/demo:staging:backend:0/job-logs"),
    refresh: async ({ world }) => {
      await world.pool.execute(
        sql`insert into reverification (id, project, service, environment, digest, status, requested_by, requested_at, ended_at)
            values ('demo:staging:backend:0', 'demo', 'backend', 'staging', 'sha256:none', 'errored', '{}', now(), now())
            on conflict do nothing`,
      );
    },
  },
  "POST /api/v1/reverifications": {
    may: allow(...managers),
    refresh: nothingDue,
    send: () => ({ path: "/api/v1/reverifications", body: { ...at, service: "backend" } }),
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
    send: ({ block }) => ({ path: "/api/v1/unblocks", body: { project, block, why } }),
  },
  "POST /api/v1/drift/adopt": {
    may: allow(...managers),
    rulesMayRefuse: true,
    refresh: restoreDrift,
    send: ({ drift }) => ({ path: "/api/v1/drift/adopt", body: { ...at, digest: drift, why } }),
  },
  "POST /api/v1/drift/revert": {
    may: allow(...managers),
    rulesMayRefuse: true,
    refresh: restoreDrift,
    send: ({ drift }) => ({ path: "/api/v1/drift/revert", body: { ...at, digest: drift, why } }),
  },
};

/** Server actions about environments: holds, blocks, pins, drift. */
export const environmentsActions: Record<string, Access> = {
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
  "environments verifyAgainAction": action(managers, () => ({ ...at, service: "backend" }), { refresh: nothingDue }),
  "environments adoptDriftAction": action(managers, ({ drift }) => ({ ...at, digest: drift, why }), ruled),
  "environments revertDriftAction": action(managers, ({ drift }) => ({ ...at, digest: drift, why }), ruled),
};
