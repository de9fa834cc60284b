import { createHash, type KeyObject, verify, X509Certificate } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { z } from "zod";
import { judgeCertificate } from "@/lib/adapters/sigstore/certificate-signer";
import type { Trust } from "@/lib/adapters/sigstore/trust";
import type { SignatureDemand, SignatureJudgement, SignatureMaterial } from "@/lib/ports/signature-verifier";

type SimpleSigning = SignatureMaterial & { kind: "simpleSigning" };

const payloadForm = z.object({
  critical: z.object({
    type: z.string(),
    image: z.object({ "docker-manifest-digest": z.string() }),
  }),
});
const logForm = z.object({
  SignedEntryTimestamp: z.string(),
  Payload: z.object({ body: z.string(), integratedTime: z.number(), logIndex: z.number(), logID: z.string() }),
});
const bodyForm = z.object({ kind: z.string(), apiVersion: z.string() });

/** cosign's older form: the payload must name the digest, and one of the keys or identities must have signed it. */
export function judgeSimpleSigning(material: SimpleSigning, demand: SignatureDemand, trust: Trust): SignatureJudgement {
  const wrong = judgePayload(material.payload, demand.digest);
  if (wrong) return wrong;
  const signature = Buffer.from(material.signature, "base64");
  const signer = trust.keys.find(({ key }) => isSigned(material.payload, key, signature));
  if (signer) return { kind: "valid", by: `key ${signer.reference}`, at: null };
  if (material.certificate === undefined) return { kind: "refused", why: "it was made with another key" };
  const bundle = bundleOf(material);
  if (!bundle) return { kind: "refused", why: "its certificate or its log entry cannot be read" };
  return judgeCertificate(bundle, trust, demand.identities, material.payload);
}

function judgePayload(payload: Uint8Array, digest: string): SignatureJudgement | undefined {
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return { kind: "refused", why: "what it signs cannot be read" };
  }
  const parsed = payloadForm.safeParse(said);
  if (!parsed.success || !/cosign container image signature$/.test(parsed.data.critical.type)) {
    return { kind: "refused", why: "what it signs is no image" };
  }
  const named = parsed.data.critical.image["docker-manifest-digest"];
  return named === digest ? undefined : { kind: "refused", why: `it is for another digest, ${named.slice(0, 19)}…` };
}

function isSigned(payload: Uint8Array, key: KeyObject, signature: Buffer): boolean {
  const isEdwards = key.asymmetricKeyType === "ed25519" || key.asymmetricKeyType === "ed448";
  try {
    return verify(isEdwards ? null : "sha256", payload, key, signature);
  } catch {
    return false;
  }
}

/** The same as a Sigstore bundle: what the annotations hold of certificate and log is what a bundle of v0.1 holds. */
function bundleOf({ certificate, logEntry, payload, signature }: SimpleSigning) {
  try {
    const leaf = new X509Certificate(certificate ?? "").raw.toString("base64");
    const { SignedEntryTimestamp, Payload } = logForm.parse(JSON.parse(logEntry ?? ""));
    const { kind, apiVersion } = bodyForm.parse(JSON.parse(Buffer.from(Payload.body, "base64").toString("utf8")));
    return bundleFromJSON({
      mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.1",
      verificationMaterial: {
        x509CertificateChain: { certificates: [{ rawBytes: leaf }] },
        tlogEntries: [
          {
            logIndex: String(Payload.logIndex),
            logId: { keyId: Buffer.from(Payload.logID, "hex").toString("base64") },
            kindVersion: { kind, version: apiVersion },
            integratedTime: String(Payload.integratedTime),
            inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
            canonicalizedBody: Payload.body,
          },
        ],
      },
      messageSignature: {
        messageDigest: {
          algorithm: "SHA2_256",
          digest: createHash("sha256").update(payload).digest("base64"),
        },
        signature,
      },
    });
  } catch {
    return undefined;
  }
}
