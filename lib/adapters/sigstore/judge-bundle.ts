import { type Bundle, bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { z } from "zod";
import { judgeCertificate, refusalOf } from "@/lib/adapters/sigstore/certificate-signer";
import type { Trust } from "@/lib/adapters/sigstore/trust";
import type { SignatureDemand, SignatureJudgement } from "@/lib/ports/signature-verifier";

const payloadType = "application/vnd.in-toto+json";
/** cosign's own; every other predicate is an attestation about the image, which signs something else. */
const signPredicate = "https://sigstore.dev/cosign/sign/v1";
const statement = z.object({
  predicateType: z.string(),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })).min(1),
});

/** A Sigstore bundle whose in-toto statement says that the digest was signed: by a pinned key, or a pinned identity. */
export function judgeBundle(json: Uint8Array, demand: SignatureDemand, trust: Trust): SignatureJudgement {
  let bundle: Bundle;
  try {
    bundle = bundleFromJSON(JSON.parse(Buffer.from(json).toString("utf8")));
  } catch {
    return { kind: "refused", why: "its bundle cannot be read" };
  }
  const wrong = judgeStatement(bundle, demand.digest);
  if (wrong) return wrong;
  return bundle.verificationMaterial.content.$case === "publicKey"
    ? judgeKeys(bundle, trust)
    : judgeCertificate(bundle, trust, demand.identities);
}

/** What the envelope speaks of; undefined where it is this digest, whoever signed it. */
function judgeStatement({ content }: Bundle, digest: string): SignatureJudgement | undefined {
  if (content.$case !== "dsseEnvelope") return { kind: "refused", why: "its bundle does not name the digest it signs" };
  const { dsseEnvelope } = content;
  if (dsseEnvelope.payloadType !== payloadType) return { kind: "other" };
  let said: unknown;
  try {
    said = JSON.parse(dsseEnvelope.payload.toString("utf8"));
  } catch {
    return { kind: "refused", why: "what it signs cannot be read" };
  }
  const parsed = statement.safeParse(said);
  if (!parsed.success) return { kind: "refused", why: "what it signs is no in-toto statement" };
  if (parsed.data.predicateType !== signPredicate) return { kind: "other" };
  const hexes = parsed.data.subject.map((one) => one.digest.sha256);
  if (hexes.includes(digest.slice("sha256:".length))) return undefined;
  return { kind: "refused", why: `it is for another digest, sha256:${hexes[0]?.slice(0, 12) ?? ""}…` };
}

/** With a key of one's own the log is not asked: whoever trusts the key needs no witness for it. */
function judgeKeys(bundle: Bundle, { keys }: Trust): SignatureJudgement {
  if (keys.length === 0) return { kind: "refused", why: "it was made with a key, and only identities are named" };
  for (const { reference, key } of keys) {
    const none = { mediaType: "", certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
    const material = toTrustMaterial(none, () => ({ publicKey: key, validFor: () => true }));
    const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    try {
      verifier.verify({ ...toSignedEntity(bundle), tlogEntries: [], timestamps: [] });
      return { kind: "valid", by: `key ${reference}`, at: null };
    } catch (error) {
      // The next key may be the right one; what is thrown for another reason is told.
      refusalOf(error);
    }
  }
  return { kind: "refused", why: "it was made with another key" };
}
