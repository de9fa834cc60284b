import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { SignatureMaterial } from "@/lib/ports/signature-verifier";

export const bundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
export const signPredicate = "https://sigstore.dev/cosign/sign/v1";
const inTotoType = "application/vnd.in-toto+json";

export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** A key as `cosign generate-key-pair` makes it: ECDSA on P-256. */
export function newKeyPair(): KeyPair {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

export function pemOf({ publicKey }: Pick<KeyPair, "publicKey">): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

/** What cosign's older signatures sign. */
export function simplePayload(digest: string, type = "cosign container image signature"): Buffer {
  const image = { "docker-manifest-digest": digest };
  return Buffer.from(
    JSON.stringify({ critical: { identity: { "docker-reference": "shop/api" }, image, type }, optional: null }),
  );
}

export function signSimple(payload: Buffer, { privateKey }: KeyPair): SignatureMaterial & { kind: "simpleSigning" } {
  const algorithm = privateKey.asymmetricKeyType === "ed25519" ? null : "sha256";
  return { kind: "simpleSigning", payload, signature: sign(algorithm, payload, privateKey).toString("base64") };
}

/** The statement of cosign's newer signatures, as a DSSE envelope that `privateKey` signs. */
export function envelopeOf(digest: Digest, { privateKey }: KeyPair, predicateType: string) {
  const hex = digest.slice("sha256:".length);
  const payload = Buffer.from(
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ digest: { sha256: hex } }],
      predicateType,
      predicate: {},
    }),
  );
  // DSSE's pre-authentication encoding: what is signed is the payload with its type.
  const head = `DSSEv1 ${inTotoType.length} ${inTotoType} ${payload.length} `;
  const signature = sign("sha256", Buffer.concat([Buffer.from(head), payload]), privateKey);
  return { payload, signature };
}

/** A bundle of this envelope, in JSON. */
export function bundleOf(verificationMaterial: object, { payload, signature }: ReturnType<typeof envelopeOf>) {
  const dsseEnvelope = {
    payload: payload.toString("base64"),
    payloadType: inTotoType,
    signatures: [{ sig: signature.toString("base64"), keyid: "" }],
  };
  const json = Buffer.from(JSON.stringify({ mediaType: bundleMediaType, verificationMaterial, dsseEnvelope }));
  return { kind: "bundle" as const, json };
}

/** What `cosign sign --key` attaches. */
export function bundleWithKey(digest: Digest, pair: KeyPair, predicateType = signPredicate) {
  return bundleOf({ publicKey: { hint: "a hint" }, tlogEntries: [] }, envelopeOf(digest, pair, predicateType));
}
