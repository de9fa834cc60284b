import "next-auth";
import "next-auth/jwt";

declare module "next-auth" {
  interface Session {
    user: { id?: string; name?: string | null };
  }
}

declare module "next-auth/jwt" {
  interface JWT {
    personId?: string;
    /** Milliseconds since 1970. */
    signedInAt?: number;
    /** Milliseconds since 1970. */
    authenticatedAt?: number;
    sessionId?: string;
  }
}
