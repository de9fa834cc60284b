import { z } from "zod";
import { secretReference } from "@/lib/pipeline/policy/secret-reference";

/** Who may have signed without a key of their own: whom the issuer vouched for in the certificate. */
export interface PinnedIdentity {
  issuer: string;
  /** The certificate's subject; a `*` at its end stands for any rest. */
  subject: string;
}

/** A signature by one of the keys or identities. Keys and the root are references, read where the engine runs. */
export interface SignatureConfig {
  keys: string[];
  identities: PinnedIdentity[];
  trustedRoot?: string;
}

const identity = z.strictObject({
  issuer: z
    .url({ protocol: /^https$/ })
    .max(300)
    .meta({
      description: "who vouches, such as https://token.actions.githubusercontent.com",
    }),
  subject: z
    .string()
    .regex(/^[\x21-\x29\x2b-\x7e]{3,500}\*?$/)
    .meta({ description: "whom it vouches for, an address or an e-mail; * at its end stands for any rest" }),
});

/** `signature: {…}` in a list of gates. */
export const signatureConfig = z
  .strictObject({
    keys: z.array(secretReference).min(1).max(10).optional().meta({
      description: "a list of 1 to 10 references to public keys, such as file:/etc/waybill/cosign.pub",
    }),
    identities: z.array(identity).min(1).max(20).optional().meta({ description: "a list of 1 to 20 identities" }),
    trustedRoot: secretReference.optional(),
  })
  .superRefine((value, context) => {
    const issue = (path: string[], message: string, allowed: string) =>
      context.addIssue({ code: "custom", path, message, params: { allowed } });
    if (!value.keys && !value.identities) issue([], "names nobody whose signature counts", "keys, identities or both");
    if (value.identities && !value.trustedRoot) {
      issue(["identities"], "stands without trustedRoot", "trustedRoot beside it: a reference to a trusted_root.json");
    }
    if (value.trustedRoot && !value.identities) {
      issue(["trustedRoot"], "has no meaning without identities", "identities beside it, or only keys");
    }
  })
  .transform(({ keys, identities, trustedRoot }): SignatureConfig => {
    return { keys: keys ?? [], identities: identities ?? [], ...(trustedRoot ? { trustedRoot } : {}) };
  })
  .meta({ description: "the digest must be signed by one of these keys or identities" });

/** What the gate demands, in a few words: `signed with file:/etc/waybill/cosign.pub`. */
export function signatureDemandWords({ keys, identities }: SignatureConfig): string {
  return `signed with ${[...keys, ...identities.map((one) => one.subject)].join(" or ")}`;
}

/** Names what is demanded: the same for gates whose answers are the same. */
export function signatureDemandName({ keys, identities, trustedRoot }: SignatureConfig): string {
  return JSON.stringify([keys, identities.map(({ issuer, subject }) => [issuer, subject]), trustedRoot ?? null]);
}
