import { parseCookies } from "@/lib/auth/session-cookie";

/** The headers of the request that a server action is in; a test sets them before it calls one. */
export const callerHeaders = { current: new Headers() };

/** What next/headers answers in a test: the caller's own. */
export const ofTheCaller = {
  cookies: async () => ({
    getAll: () => [...parseCookies(callerHeaders.current.get("cookie"))].map(([name, value]) => ({ name, value })),
  }),
  headers: async () => callerHeaders.current,
};

/** A page of ours sends its actions so. */
export const ourPage = { origin: "http://127.0.0.1:3000", host: "127.0.0.1:3000" };
