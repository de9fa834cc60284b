import { type Access, action, allow, get, why } from "@/lib/api/testing/access/access";
import { leaver, type Stage, setRevocation } from "@/lib/api/testing/access-stage";

const revoked = (wanted: boolean) => (stage: Stage) => setRevocation(stage, wanted);

/** The API's operations about people. */
export const peopleOperations: Record<string, Access> = {
  "GET /api/v1/people": get("/api/v1/people", allow("administrator", "foreignPage")),
  "POST /api/v1/people/revoke": {
    may: allow("administrator"),
    refresh: revoked(false),
    send: () => ({ path: "/api/v1/people/revoke", body: { person: leaver, reason: why } }),
  },
  "POST /api/v1/people/restore": {
    may: allow("administrator"),
    refresh: revoked(true),
    send: () => ({ path: "/api/v1/people/restore", body: { person: leaver, why } }),
  },
};

/** Server actions about people. */
export const peopleActions: Record<string, Access> = {
  "people revokePersonAction": action(["administrator"], () => ({ person: leaver, reason: why }), {
    refresh: revoked(false),
  }),
  "people restorePersonAction": action(["administrator"], () => ({ person: leaver, why }), { refresh: revoked(true) }),
};
