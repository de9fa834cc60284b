import { type Access, allow, get, hides, reading } from "@/lib/api/testing/access/access";

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
  "GET /api/view/promotions/{id}/evidence": view("promotions/demo-1/evidence"),
  "GET /api/view/promotions/{id}/job-logs": view("promotions/demo-1/job-logs"),
  "GET /api/view/promotions/{id}/replay": view("promotions/demo-1/replay"),
  "GET /api/view/release": view("release", `${ofProject}&key=backend%40v1.1.0`),
  "GET /api/view/releases": view("releases", "", hides),
  "GET /api/view/rollback-readiness": view("rollback-readiness", `${ofProject}&image=backend@sha256:${"0".repeat(64)}`),
  "GET /api/view/service": view("service", `${ofProject}&service=backend`),
  "GET /api/view/services": view("services", "", hides),
  "GET /api/view/settings/connections": view("settings/connections", "", hides),
  "GET /api/view/settings/file": view("settings/file", ofProject),
  "GET /api/view/settings/installation": view("settings/installation", "", hides),
  "GET /api/view/settings/notifications": view("settings/notifications", ofProject),
  "GET /api/view/settings/policy": view("settings/policy", ofProject),
  "GET /api/view/settings/people": view("settings/people", ofProject),
  "GET /api/view/settings/person": view("settings/person", `person=${encodeURIComponent("waybill:demo#rita")}`),
  "GET /api/view/settings/tokens": view("settings/tokens", ofProject),
  "GET /api/view/settings/version": view("settings/version", `${ofProject}&version=1`),
  "GET /api/view/signals/environment": view("signals/environment", `${ofProject}&environment=staging`),
  "GET /api/view/signals/service": view("signals/service", `${ofProject}&service=backend`),
  "GET /api/view/shell": view("shell", "", hides),
};
