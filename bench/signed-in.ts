import { randomBytes } from "node:crypto";
import { recordSignIn } from "@/lib/auth/people";
import { sessionCookie, testAuthConfig } from "@/lib/auth/testing";
import { createPool } from "@/lib/db/pool";

/** What a web server is told so that a session made here is one of its own, and how to send that session. */
export interface SignedIn {
  env: Record<string, string>;
  /** The Cookie header of an administrator at that address. */
  cookie(address: string): Promise<string>;
}

/** Somebody who may see every project, with a session as a browser holds it. */
export async function signIn(databaseUrl: string): Promise<SignedIn> {
  const secret = randomBytes(32).toString("base64url");
  const pool = createPool(databaseUrl, { size: 1 });
  try {
    const ada = { issuer: "waybill:bench", subject: "ada", name: "Ada", email: "ada@example.org", groups: [] };
    const personId = await recordSignIn(pool, { ...ada, administrator: true });
    return {
      env: { WAYBILL_SECRET: secret, NEXTAUTH_SECRET: secret },
      cookie: (publicUrl) => sessionCookie(testAuthConfig({ secret, publicUrl }), { personId }),
    };
  } finally {
    await pool.close();
  }
}
