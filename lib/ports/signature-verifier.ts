import type { PinnedIdentity } from "@/lib/pipeline/gates/signature-config";
import type { Digest } from "@/lib/pipeline/release/digest";

/** A signature as the registry holds it; nothing of it is believed yet. */
export type SignatureMaterial =
  | {
      /** cosign's older form: a payload that names the digest, with the signature beside it. */
      kind: "simpleSigning";
      payload: Uint8Array;
      /** Base64. */
      signature: string;
      /** Keyless: the certificate (PEM), and the transparency log's promise (JSON). */
      certificate?: string;
      logEntry?: string;
    }
  /** A Sigstore bundle, as JSON. */
  | { kind: "bundle"; json: Uint8Array };

/** Whose signature counts, for which digest. References are read at the moment of use. */
export interface SignatureDemand {
  digest: Digest;
  keys: readonly string[];
  identities: readonly PinnedIdentity[];
  trustedRoot?: string;
}

/** `valid`: made by one of those named, for this digest. `other`: no signature, such as an attestation. */
export type SignatureJudgement =
  | { kind: "valid"; by: string; at: string | null }
  | { kind: "refused"; why: string }
  | { kind: "other" };

export interface SignatureVerifier {
  /** One judgement each, in their order. Throws ExternalError `misconfigured` where a key or root cannot be used. */
  verify(demand: SignatureDemand, materials: readonly SignatureMaterial[]): Promise<SignatureJudgement[]>;
}
