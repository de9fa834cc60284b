import {
  type Access,
  action,
  administrators,
  allow,
  either,
  get,
  hides,
  managers,
  project,
  ruled,
  why,
} from "@/lib/api/testing/access/access";
import {
  freshProposal,
  freshToken,
  givenUp,
  hook,
  queueNotification,
  type Stage,
} from "@/lib/api/testing/access-stage";

const propose = async (stage: Stage) => {
  stage.proposal = await freshProposal(stage);
};
const newToken = { project, label: "test", role: "viewer", environments: null, expiresInDays: 1 };

/** The API's operations about a project: its file, people, tokens and ledger. */
export const projectOperations: Record<string, Access> = {
  "GET /api/v1/projects": get("/api/v1/projects", hides),
  "GET /api/v1/matrix": get("/api/v1/matrix", hides),
  "GET /api/v1/signals": get("/api/v1/signals?project=demo"),
  "GET /api/v1/signals/{project}/{service}": get("/api/v1/signals/demo/backend"),
  "PUT /api/v1/documents": {
    may: allow(...administrators),
    send: ({ file }) => ({ path: "/api/v1/documents", body: { text: `${file}# a remark\n` } }),
  },
  "GET /api/v1/proposals": get("/api/v1/proposals", hides),
  "POST /api/v1/proposals/{id}/confirm": {
    may: allow(...administrators),
    rulesMayRefuse: true,
    refresh: propose,
    send: ({ proposal: { id, fileHash } }) => ({ path: `/api/v1/proposals/${id}/confirm`, body: { fileHash } }),
  },
  "POST /api/v1/proposals/{id}/reject": {
    may: allow(...administrators),
    refresh: propose,
    send: ({ proposal: { id } }) => ({ path: `/api/v1/proposals/${id}/reject`, body: { why } }),
  },
  "POST /api/v1/backtests": {
    may: allow("projectAdministrator", "administrator"),
    send: ({ file }) => ({ path: "/api/v1/backtests?project=demo", body: { text: file } }),
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

/** Server actions about a project: its file, people, tokens and ledger. */
export const projectActions: Record<string, Access> = {
  "documents applyDocumentsAction": action(administrators, ({ file }) => ({
    text: `${file}# another remark\n`,
  })),
  "documents backtestPolicyAction": action(["projectAdministrator", "administrator"], ({ file }) => ({ text: file })),
  "documents editPolicyAction": action(["projectAdministrator", "administrator"], ({ file }) => ({
    ...{ text: file, project },
    edit: { kind: "move", environment: "production", place: 0, to: 1 },
  })),
  "documents confirmPolicyAction": action(
    administrators,
    ({ proposal: { id, fileHash } }) => ({ proposal: id, fileHash }),
    { ...ruled, refresh: propose },
  ),
  "documents rejectPolicyAction": action(administrators, ({ proposal: { id } }) => ({ proposal: id, why }), {
    refresh: propose,
  }),
  "documents checkConnectionAction": action(administrators, () => ({ name: "registry" })),
  "notifications tryNotificationAction": action(administrators, () => hook, {
    refresh: ({ world }) => queueNotification(world, "delivered"),
  }),
  "notifications sendNotificationAgainAction": action(administrators, () => ({ project, id: givenUp }), {
    refresh: ({ world }) => queueNotification(world, "dead"),
  }),
  "tokens createTokenAction": action(either, () => newToken),
  "tokens revokeTokenAction": action(managers, ({ token }) => ({ id: token }), {
    refresh: async (stage) => {
      stage.token = await freshToken(stage.world);
    },
  }),
};
