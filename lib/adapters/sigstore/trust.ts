import { createPublicKey, type KeyObject } from "node:crypto";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { type TrustMaterial, toTrustMaterial } from "@sigstore/verify";
import { ExternalError } from "@/lib/ports/external-error";
import type { SignatureDemand } from "@/lib/ports/signature-verifier";

/** What signatures are verified with, read at this moment. */
export interface Trust {
  keys: { reference: string; key: KeyObject }[];
  root: TrustMaterial | undefined;
}

/** Reads one reference; its errors are not repeated, since they would tell what lies on the machine. */
export type ReadReference = (reference: string) => Promise<string>;

/** The keys and the trusted root that a demand names. Throws ExternalError `misconfigured` that names the reference. */
export async function loadTrust({ keys, trustedRoot }: SignatureDemand, read: ReadReference): Promise<Trust> {
  return {
    keys: await Promise.all(keys.map(async (reference) => ({ reference, key: await publicKey(reference, read) }))),
    root: trustedRoot === undefined ? undefined : await readRoot(trustedRoot, read),
  };
}

async function publicKey(reference: string, read: ReadReference): Promise<KeyObject> {
  try {
    const text = await read(reference);
    // A private key would do as well, and has no business here.
    if (/PRIVATE KEY/.test(text)) throw new Error("a private key");
    return createPublicKey(text);
  } catch {
    throw misconfigured(`key ${reference}`, "Waybill finds no public key in PEM form there that it may read");
  }
}

async function readRoot(reference: string, read: ReadReference): Promise<TrustMaterial> {
  try {
    return toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(await read(reference))));
  } catch {
    throw misconfigured(`trusted root ${reference}`, "Waybill finds no trusted_root.json there that it may read");
  }
}

function misconfigured(system: string, message: string): ExternalError {
  return new ExternalError({ system, code: "misconfigured", message, retryable: false });
}
