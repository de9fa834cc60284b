import { type Access, action, allow, get, hides, managers, project } from "@/lib/api/testing/access/access";
import type { Stage } from "@/lib/api/testing/access-stage";
import type { Caller } from "@/lib/api/testing/callers";

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

const checkOf = ({ announced }: Stage, caller: Caller) => ({
  ...{ project, environment: "staging", digest: announced, name: "e2e", status: "running" },
  ...{ url: `https://ci.example.com/runs/${caller}`, summary: "12 of 40 so far" },
});

/** The API's operations about releases and what was found in them. */
export const releasesOperations: Record<string, Access> = {
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
  "POST /api/v1/checks": {
    may: allow(...managers, "stagingToken"),
    send: (stage, caller) => ({ path: "/api/v1/checks", body: checkOf(stage, caller) }),
  },
};

/** Server actions about releases and what was found in them. */
export const releasesActions: Record<string, Access> = {
  "releases announceReleaseAction": action(managers, announcement),
};
