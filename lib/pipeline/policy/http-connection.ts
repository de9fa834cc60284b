import { z } from "zod";
import { origin } from "@/lib/pipeline/policy/address";
import { type Login, wholeLogin } from "@/lib/pipeline/policy/login";
import { type SecretReference, secretReference } from "@/lib/pipeline/policy/secret-reference";

/** A system that runs jobs when it is asked over HTTP. Its credentials go to its own origin alone. */
export interface HttpConnection extends Login {
  kind: "http";
  /** Scheme, host and port. */
  url: string;
  /** A bearer token in place of user name and password. */
  token?: SecretReference;
  /** Headers whose whole values are secrets, by names in lower case. */
  headers?: Record<string, SecretReference>;
}

/** What Waybill sets itself, and what would change where or how a request goes. */
const ownHeaders = new Set([
  ...["authorization", "host", "content-type", "content-length", "transfer-encoding", "connection", "accept"],
  ...["user-agent", "idempotency-key", "cookie", "expect", "upgrade", "te", "trailer", "keep-alive"],
]);

const headers = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/)
      .refine((name) => !ownHeaders.has(name.toLowerCase()), "is a header that Waybill sets")
      .transform((name) => name.toLowerCase()),
    secretReference,
  )
  .meta({ description: "headers whose values are secrets: { private-token: env:CI_TOKEN }" });

/** `http: {…}` of a connection. */
export const http = z
  .strictObject({
    url: origin,
    username: secretReference.optional(),
    password: secretReference.optional(),
    token: secretReference.optional(),
    headers: headers.optional(),
  })
  .superRefine(wholeLogin)
  .superRefine((value, context) => {
    if (value.token === undefined || value.username === undefined) return;
    const allowed = "username and password together, or token alone, or none of them";
    context.addIssue({ code: "custom", path: ["token"], message: "stands beside a user name", params: { allowed } });
  })
  .transform((value): HttpConnection => ({ kind: "http", ...value }))
  .meta({ description: "a system that runs jobs when it is asked over HTTP" });
