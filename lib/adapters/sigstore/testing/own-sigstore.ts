import { createHash } from "node:crypto";
import { initializeCA, initializeCTLog, initializeTLog } from "@sigstore/mock";
import {
  bundleOf,
  envelopeOf,
  type KeyPair,
  newKeyPair,
  signPredicate,
  signSimple,
  simplePayload,
} from "@/lib/adapters/sigstore/testing/make-signatures";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { SignatureMaterial } from "@/lib/ports/signature-verifier";

type SimpleSigning = SignatureMaterial & { kind: "simpleSigning" };
type Log = Awaited<ReturnType<typeof initializeTLog>>;

/** An entry as Rekor answers it. */
interface LogEntry {
  body: string;
  integratedTime: number;
  logIndex: number;
  logID: string;
  verification: {
    signedEntryTimestamp: string;
    inclusionProof: { logIndex: number; rootHash: string; treeSize: number; hashes: string[]; checkpoint: string };
  };
}

export interface Keyless {
  digest: Digest;
  issuer: string;
  subject: string;
  predicateType?: string;
}

/** A certificate authority, its log and a transparency log of one's own, with the trusted root that names them. */
export async function newSigstore() {
  const keys = { ca: newKeyPair(), ctLog: newKeyPair(), log: newKeyPair() };
  const ca = await initializeCA(keys.ca, await initializeCTLog(keys.ctLog));
  const log = await initializeTLog("https://log.example.com", keys.log);

  async function certificate({ issuer, subject }: Keyless) {
    const pair = newKeyPair();
    const extensions = [{ oid: "1.3.6.1.4.1.57264.1.8", value: issuer }];
    const publicKey = new Uint8Array(derOf(pair));
    const issued = await ca.issueCertificate({ publicKey, subjectAltName: subject, extensions });
    return { pair, rawBytes: base64(issued) };
  }

  /** What `cosign sign` attaches without a key; `logged: false` is one that no log has seen. */
  async function bundleWithCertificate(keyless: Keyless, logged = true) {
    const { pair, rawBytes } = await certificate(keyless);
    const envelope = envelopeOf(keyless.digest, pair, keyless.predicateType ?? signPredicate);
    const tlogEntries = logged ? [await logEnvelope(log, envelope, rawBytes)] : [];
    return bundleOf({ certificate: { rawBytes }, tlogEntries }, envelope);
  }

  /** What cosign's older form keeps beside a keyless signature. */
  async function simpleWithCertificate(keyless: Keyless): Promise<SimpleSigning> {
    const { pair, rawBytes } = await certificate(keyless);
    const signed = signSimple(simplePayload(keyless.digest), pair);
    const pem = pemCertificate(rawBytes);
    return { ...signed, certificate: pem, logEntry: await logSimple(log, signed, pem) };
  }

  return { trustedRoot: trustedRootOf(keys, base64(ca.rootCertificate)), bundleWithCertificate, simpleWithCertificate };
}

function trustedRootOf(keys: { ctLog: KeyPair; log: KeyPair }, rootCertificate: string): string {
  const validFor = { start: "2000-01-01T00:00:00Z" };
  const logOf = (pair: KeyPair) => ({
    baseUrl: "https://log.example.com",
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: derOf(pair).toString("base64"), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor },
    logId: { keyId: createHash("sha256").update(derOf(pair)).digest("base64") },
  });
  return JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [logOf(keys.log)],
    ctlogs: [logOf(keys.ctLog)],
    certificateAuthorities: [
      {
        subject: { organization: "example", commonName: "example" },
        uri: "https://ca.example.com",
        certChain: { certificates: [{ rawBytes: rootCertificate }] },
        validFor,
      },
    ],
    timestampAuthorities: [],
  });
}

async function entryOf(log: Log, proposed: object): Promise<LogEntry> {
  // The mock's own type is that of a package it does not bring.
  const [entry] = Object.values((await log.log(proposed)) as Record<string, LogEntry>);
  if (!entry) throw new Error("the log answered nothing");
  return entry;
}

async function logEnvelope(log: Log, { payload, signature }: ReturnType<typeof envelopeOf>, rawBytes: string) {
  const verifier = Buffer.from(pemCertificate(rawBytes)).toString("base64");
  const entry = await entryOf(log, {
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      payloadHash: { algorithm: "sha256", value: createHash("sha256").update(payload).digest("hex") },
      signatures: [{ signature: signature.toString("base64"), verifier }],
    },
  });
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  const fromHex = (hex: string) => Buffer.from(hex, "hex").toString("base64");
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: fromHex(entry.logID) },
    kindVersion: { kind: "dsse", version: "0.0.1" },
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: fromHex(proof.rootHash),
      treeSize: String(proof.treeSize),
      hashes: proof.hashes.map(fromHex),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}

async function logSimple(log: Log, { payload, signature }: SimpleSigning, pem: string): Promise<string> {
  const { verification, ...entry } = await entryOf(log, {
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: createHash("sha256").update(payload).digest("hex") } },
      signature: { content: signature, publicKey: { content: Buffer.from(pem).toString("base64") } },
    },
  });
  const { body, integratedTime, logIndex, logID } = entry;
  const Payload = { body, integratedTime, logIndex, logID };
  return JSON.stringify({ SignedEntryTimestamp: verification.signedEntryTimestamp, Payload });
}

function derOf({ publicKey }: Pick<KeyPair, "publicKey">): Buffer {
  return publicKey.export({ type: "spki", format: "der" });
}

function base64(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer): string {
  const view =
    bytes instanceof ArrayBuffer
      ? new Uint8Array(bytes)
      : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Buffer.from(view).toString("base64");
}

function pemCertificate(rawBytes: string): string {
  const lines = rawBytes.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
