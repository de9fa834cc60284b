import type { z } from "zod";
import type { SecretReference } from "@/lib/pipeline/policy/secret-reference";

/** User name and password, both or none, as references. */
export interface Login {
  username?: SecretReference;
  password?: SecretReference;
}

type Given<Shape> = { [key in keyof Shape]?: unknown };

/** A check for a mapping: refuses a user name without a password, and the other way round. */
export function wholeLogin(value: Given<Login>, context: z.RefinementCtx): void {
  const { username, password } = value;
  if ((username === undefined) === (password === undefined)) return;
  const [given, missing] = username === undefined ? ["password", "username"] : ["username", "password"];
  context.addIssue({
    code: "custom",
    path: [given],
    message: `stands without ${missing}`,
    params: { allowed: "username and password together, or none of them" },
  });
}

const loopbackHosts = ["localhost", "127.0.0.1", "[::1]", "::1"];

/** True for the names of this machine itself, where nobody can listen on the way. */
export function isLoopback(host: string): boolean {
  return loopbackHosts.includes(host);
}
