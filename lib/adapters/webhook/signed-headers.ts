import { Webhook } from "standardwebhooks";
import { ExternalError } from "@/lib/ports/external-error";

interface Signed {
  /** Who is sent it, as a person calls it. */
  system: string;
  /** `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks writes it. */
  secret: string;
  id: string;
  sentAt: Date;
  body: string;
}

/** The headers of Standard Webhooks (https://www.standardwebhooks.com) for a body, exactly as it is sent. */
export function signedHeaders({ system, secret, id, sentAt, body }: Signed): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
    "webhook-signature": signerOf(system, secret).sign(id, sentAt, body),
  };
}

/** Only what is made to be one signs: so nobody can have another of Waybill's secrets signed with, and guess it. */
function signerOf(system: string, secret: string): Webhook {
  const form = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/.exec(secret);
  const bytes = Buffer.from(form?.[1] ?? "", "base64").byteLength;
  if (form === null || bytes < 24 || bytes > 64) {
    const message = "its secret must be whsec_ and 24 to 64 bytes in base64";
    throw new ExternalError({ system, code: "misconfigured", message, retryable: false });
  }
  return new Webhook(secret);
}
