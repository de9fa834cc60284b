import { loadPerson, recordSignIn } from "@/lib/auth/people";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { sessionCookie, testAuthConfig } from "@/lib/auth/testing";
import { type CreateTokenInput, createToken } from "@/lib/commands/create-token";
import { revokeToken } from "@/lib/commands/revoke-token";
import { sql } from "@/lib/db/sql";
import type { DemoWorld } from "@/lib/engine/testing/demo-world";

/** Everybody who may knock: people of the project by role, somebody of another one, tokens of every kind. */
export const callers = [
  "nobody",
  "viewer",
  "releaseManager",
  "approver",
  "overrider",
  "projectAdministrator",
  "administrator",
  "stranger",
  "stagingToken",
  "viewerToken",
  "alarmToken",
  "foreignToken",
  "expiredToken",
  "revokedToken",
  "inventedToken",
  "foreignPage",
] as const;
export type Caller = (typeof callers)[number];

/** Who is not known at all. */
export const unknown: readonly Caller[] = ["nobody", "expiredToken", "revokedToken", "inventedToken"];
/** Who sees the project. `foreignPage` is a browser that another site makes ask on an administrator's behalf. */
export const members: readonly Caller[] = [
  ...(["viewer", "releaseManager", "approver", "overrider", "projectAdministrator", "administrator"] as const),
  ...(["stagingToken", "viewerToken", "foreignPage"] as const),
];
/** People, who alone use pages and their actions. */
export const persons: readonly Caller[] = [
  ...(["nobody", "viewer", "releaseManager", "approver", "overrider"] as const),
  ...(["projectAdministrator", "administrator", "stranger"] as const),
];

export interface Knocks {
  headers: Record<Caller, Record<string, string>>;
  /** The Cookie header of a person; "" for nobody. */
  cookies: Partial<Record<Caller, string>>;
}

const origin = "http://127.0.0.1:3000";

/** Signs everybody in and makes the tokens; the project's own administrator and another project must be applied before. */
export async function prepareCallers(world: DemoWorld): Promise<Knocks> {
  const { people, pool } = world;
  const chief = await storedPerson(world, "chief");
  const overrider = await storedPerson(world, "overrider");
  const stranger = await storedPerson(world, "stranger");
  const cookie = async ({ id }: PersonPrincipal) => sessionCookie(testAuthConfig(), { personId: id });
  const cookies: Partial<Record<Caller, string>> = {
    nobody: "",
    viewer: await cookie(people.vera),
    releaseManager: await cookie(people.rita),
    approver: await cookie(people.arjun),
    overrider: await cookie(overrider),
    projectAdministrator: await cookie(chief),
    administrator: await cookie(people.ada),
    stranger: await cookie(stranger),
  };
  const make = async (owner: PersonPrincipal, over: Partial<CreateTokenInput>) => {
    const base = { project: "demo", label: "test", role: "viewer", environments: null, expiresInDays: 1 } as const;
    return createToken(pool, owner, { ...base, ...over }, new Date());
  };
  const expired = await make(people.ada, { project: "*", role: "administrator" });
  await pool.execute(sql`update api_token set expires_at = now() - interval '1 s' where id = ${expired.id}`);
  const revoked = await make(people.ada, { project: "*", role: "administrator" });
  await revokeToken(pool, people.ada, { id: revoked.id }, new Date());
  const staging = await make(people.rita, { role: "releaseManager", environments: ["staging"] });
  const reading = await make(people.ada, { project: "*" });
  const alarm = await make(people.rita, { role: "alarm", environments: ["staging"] });
  const foreign = await make(stranger, { project: "other", role: "administrator" });
  const bySecret = ({ secret }: { secret: string }) => ({ authorization: `Bearer ${secret}` });
  const byCookie = (caller: Caller) => ({ cookie: cookies[caller] ?? "", origin });
  return {
    cookies,
    headers: {
      nobody: {},
      viewer: byCookie("viewer"),
      releaseManager: byCookie("releaseManager"),
      approver: byCookie("approver"),
      overrider: byCookie("overrider"),
      projectAdministrator: byCookie("projectAdministrator"),
      administrator: byCookie("administrator"),
      stranger: byCookie("stranger"),
      stagingToken: bySecret(staging),
      viewerToken: bySecret(reading),
      alarmToken: bySecret(alarm),
      foreignToken: bySecret(foreign),
      expiredToken: bySecret(expired),
      revokedToken: bySecret(revoked),
      inventedToken: { authorization: `Bearer wb_${"A".repeat(43)}` },
      foreignPage: { cookie: cookies.administrator ?? "", origin: "https://evil.example.org" },
    },
  };
}

/** Somebody whose only standing is their address, `<name>@example.org`, as they are stored now. */
export async function storedPerson({ pool }: DemoWorld, name: string): Promise<PersonPrincipal> {
  const email = `${name}@example.org`;
  const identity = { issuer: "waybill:test", subject: name, name, email, groups: [], administrator: false };
  const found = await loadPerson(pool, await recordSignIn(pool, identity));
  if (!found) throw new Error(`${name} is not stored`);
  return found;
}
