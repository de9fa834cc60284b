import type { Bundle } from "@sigstore/bundle";
import { PolicyError, toSignedEntity, VerificationError, Verifier } from "@sigstore/verify";
import type { Trust } from "@/lib/adapters/sigstore/trust";
import type { PinnedIdentity } from "@/lib/pipeline/gates/signature-config";
import type { SignatureJudgement } from "@/lib/ports/signature-verifier";

const words: Record<string, string> = {
  TIMESTAMP_ERROR: "nothing proves when it was signed",
  CERTIFICATE_ERROR: "its certificate does not lead to the trusted root, or was not valid when it was signed",
  PUBLIC_KEY_ERROR: "it was made with another key",
  SIGNATURE_ERROR: "the signature does not fit what it signs",
};

/** Why a signature is refused, for what the library throws; anything else is thrown on. */
export function refusalOf(error: unknown): SignatureJudgement {
  if (error instanceof VerificationError || error instanceof PolicyError) {
    const known = words[error.code] ?? "its entry in the transparency log does not hold";
    return { kind: "refused", why: `${known} (${error.message.slice(0, 200).toWellFormed()})` };
  }
  // The library parses ASN.1 and JSON of strangers: what it cannot parse it throws in many forms.
  if (error instanceof Error) return { kind: "refused", why: "it cannot be read" };
  throw error;
}

/**
 * Verifies a keyless signature: the certificate leads to the trusted root, was valid at a proven time, is in the logs,
 * and speaks of one of the pinned identities. `payload` is what a message signature signs.
 */
export function judgeCertificate(
  bundle: Bundle,
  trust: Trust,
  identities: readonly PinnedIdentity[],
  payload?: Uint8Array,
): SignatureJudgement {
  if (!trust.root) return { kind: "refused", why: "it was made with a certificate, and only keys are named" };
  try {
    const entity = toSignedEntity(bundle, payload === undefined ? undefined : Buffer.from(payload));
    const { identity } = new Verifier(trust.root).verify(entity);
    const [subject, issuer] = [identity?.subjectAlternativeName ?? "", identity?.extensions?.issuer ?? ""];
    if (!identities.some((one) => one.issuer === issuer && fits(one.subject, subject))) {
      return { kind: "refused", why: `it was signed by ${plain(subject)} of ${plain(issuer)}, who is not named` };
    }
    const seconds = Number(bundle.verificationMaterial.tlogEntries[0]?.integratedTime ?? 0);
    const at = seconds > 0 ? new Date(seconds * 1000).toISOString() : null;
    return { kind: "valid", by: `${plain(subject)} of ${plain(issuer)}`, at };
  } catch (error) {
    return refusalOf(error);
  }
}

function fits(pinned: string, subject: string): boolean {
  if (!pinned.endsWith("*")) return subject === pinned;
  return subject.length >= pinned.length && subject.startsWith(pinned.slice(0, -1));
}

/** Words out of a certificate, fit to be shown. */
function plain(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "?").slice(0, 200) || "nobody";
}
