import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import {
  bundleWithKey,
  newKeyPair,
  pemOf,
  signSimple,
  simplePayload,
} from "@/lib/adapters/sigstore/testing/make-signatures";
import { newSigstore } from "@/lib/adapters/sigstore/testing/own-sigstore";
import { createSignatureVerifier } from "@/lib/adapters/sigstore/verifier";
import type { Digest } from "@/lib/pipeline/release/digest";
import { ExternalError } from "@/lib/ports/external-error";
import type { SignatureDemand, SignatureMaterial } from "@/lib/ports/signature-verifier";

const digest = `sha256:${"a".repeat(64)}` as Digest;
const other = `sha256:${"b".repeat(64)}` as Digest;
const issuer = "https://token.actions.example.com";
const subject = "https://git.example.com/shop/api/.github/workflows/release.yml@refs/tags/v1.2.3";
const ours = newKeyPair();
const theirs = newKeyPair();
const files: Record<string, string> = {
  "file:/ours.pub": pemOf(ours),
  "file:/theirs.pub": pemOf(theirs),
  "file:/private.key": ours.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  "file:/nonsense.pub": "hunter2",
};

async function read(reference: string): Promise<string> {
  const text = files[reference];
  if (text === undefined) throw new Error("there is no such file");
  return text;
}
const verifier = createSignatureVerifier(read);

async function judge(material: SignatureMaterial, demand: Partial<SignatureDemand>) {
  const [judged] = await verifier.verify({ digest, keys: [], identities: [], ...demand }, [material]);
  return judged;
}
const withKey = { keys: ["file:/ours.pub"] };
const refused = (words: string) => ({ kind: "refused", why: expect.stringContaining(words) });

describe("a signature in cosign's older form", () => {
  it("counts where the key and the digest are right, whichever of the keys it is", async () => {
    const valid = { kind: "valid", by: "key file:/ours.pub", at: null };
    expect(await judge(signSimple(simplePayload(digest), ours), withKey)).toEqual(valid);
    const keys = ["file:/theirs.pub", "file:/ours.pub"];
    expect(await judge(signSimple(simplePayload(digest), ours), { keys })).toEqual(valid);
  });

  it("counts by Ed25519 and RSA keys too", async () => {
    for (const pair of [generateKeyPairSync("ed25519"), generateKeyPairSync("rsa", { modulusLength: 2048 })]) {
      files["file:/more.pub"] = pemOf(pair);
      expect(await judge(signSimple(simplePayload(digest), pair), { keys: ["file:/more.pub"] })).toMatchObject({
        kind: "valid",
      });
    }
  });

  it("does not count for another digest, of another key, or with a payload that was changed", async () => {
    expect(await judge(signSimple(simplePayload(other), ours), withKey)).toEqual(
      refused("for another digest, sha256:bbbb"),
    );
    expect(await judge(signSimple(simplePayload(digest), theirs), withKey)).toEqual(refused("made with another key"));
    const moved = { ...signSimple(simplePayload(other), ours), payload: simplePayload(digest) };
    expect(await judge(moved, withKey)).toEqual(refused("made with another key"));
    expect(await judge(signSimple(simplePayload(digest, "something else"), ours), withKey)).toEqual(
      refused("is no image"),
    );
    const odd = { ...signSimple(simplePayload(digest), ours), signature: "" };
    expect(await judge(odd, withKey)).toEqual(refused("made with another key"));
    const broken = signSimple(Buffer.from("{"), ours);
    expect(await judge(broken, withKey)).toEqual(refused("cannot be read"));
  });
});

describe("a bundle made with a key", () => {
  it("counts where the key and the digest are right", async () => {
    expect(await judge(bundleWithKey(digest, ours), withKey)).toEqual({
      kind: "valid",
      by: "key file:/ours.pub",
      at: null,
    });
    const keys = ["file:/theirs.pub", "file:/ours.pub"];
    expect(await judge(bundleWithKey(digest, ours), { keys })).toMatchObject({ kind: "valid" });
  });

  it("does not count for another digest or of another key", async () => {
    expect(await judge(bundleWithKey(other, ours), withKey)).toEqual(refused("for another digest"));
    expect(await judge(bundleWithKey(digest, theirs), withKey)).toEqual(refused("made with another key"));
  });

  it("is no signature where it attests something", async () => {
    const attestation = bundleWithKey(digest, ours, "https://spdx.dev/Document");
    expect(await judge(attestation, withKey)).toEqual({ kind: "other" });
  });

  it.each([["{"], ["{}"], ["[]"], ["null"]])("of %s is refused", async (text) => {
    expect(await judge({ kind: "bundle", json: Buffer.from(text) }, withKey)).toEqual(refused("bundle cannot be read"));
  });

  it("whose payload was changed is refused", async () => {
    const document = JSON.parse(Buffer.from(bundleWithKey(other, ours).json).toString());
    document.dsseEnvelope.payload = JSON.parse(
      Buffer.from(bundleWithKey(digest, ours).json).toString(),
    ).dsseEnvelope.payload;
    expect(await judge({ kind: "bundle", json: Buffer.from(JSON.stringify(document)) }, withKey)).toEqual(
      refused("another key"),
    );
  });
});

describe("a keyless signature", () => {
  let sigstore: Awaited<ReturnType<typeof newSigstore>>;
  let stranger: Awaited<ReturnType<typeof newSigstore>>;
  beforeAll(async () => {
    [sigstore, stranger] = await Promise.all([newSigstore(), newSigstore()]);
    files["file:/root.json"] = sigstore.trustedRoot;
  });
  const pinned = (more: object = {}) => ({
    identities: [{ issuer, subject, ...more }],
    trustedRoot: "file:/root.json",
  });

  it("counts in both forms where root, issuer, subject and digest are right, and says when it was signed", async () => {
    for (const material of [
      await sigstore.bundleWithCertificate({ digest, issuer, subject }),
      await sigstore.simpleWithCertificate({ digest, issuer, subject }),
    ]) {
      const valid = { kind: "valid", by: `${subject} of ${issuer}`, at: expect.stringMatching(/^20\d\d-/) };
      expect(await judge(material, pinned())).toEqual(valid);
      expect(await judge(material, pinned({ subject: subject.replace("v1.2.3", "*") }))).toEqual(valid);
    }
  });

  it("does not count of another identity, issuer, root or digest", async () => {
    const signed = await sigstore.bundleWithCertificate({ digest, issuer, subject });
    const older = await sigstore.simpleWithCertificate({ digest, issuer, subject });
    for (const material of [signed, older]) {
      const notNamed = refused(`signed by ${subject} of ${issuer}, who is not named`);
      expect(await judge(material, pinned({ subject: "someone@example.com" }))).toEqual(notNamed);
      expect(await judge(material, pinned({ issuer: "https://other.example.com" }))).toEqual(notNamed);
      expect(await judge(material, pinned({ subject: subject.slice(0, -1) }))).toEqual(notNamed);
      expect(await judge(material, pinned({ subject: `${subject}*` }))).toEqual(notNamed);
      expect(await judge(material, withKey)).toMatchObject({ kind: "refused" });
    }
    const elsewhere = await stranger.bundleWithCertificate({ digest, issuer, subject });
    expect(await judge(elsewhere, pinned())).toMatchObject({ kind: "refused" });
    expect(await judge(await stranger.simpleWithCertificate({ digest, issuer, subject }), pinned())).toMatchObject({
      kind: "refused",
    });
    const about = await sigstore.bundleWithCertificate({ digest: other, issuer, subject });
    expect(await judge(about, pinned())).toEqual(refused("for another digest"));
  });

  it("does not count where nothing proves when it was signed: its certificate has ended since", async () => {
    const unlogged = await sigstore.bundleWithCertificate({ digest, issuer, subject }, false);
    expect(await judge(unlogged, pinned())).toEqual(refused("nothing proves when it was signed"));
  });

  it("does not count where the certificate was not valid when the log saw it", async () => {
    const [first, second] = [
      await sigstore.bundleWithCertificate({ digest, issuer, subject }),
      await sigstore.bundleWithCertificate({ digest, issuer, subject }),
    ].map((one) => JSON.parse(one.json.toString()));
    first.verificationMaterial.tlogEntries = second.verificationMaterial.tlogEntries;
    expect(await judge({ kind: "bundle", json: Buffer.from(JSON.stringify(first)) }, pinned())).toEqual(
      refused("transparency log"),
    );
    const late = JSON.parse((await sigstore.bundleWithCertificate({ digest, issuer, subject })).json.toString());
    late.verificationMaterial.tlogEntries[0].integratedTime = String(Math.floor(Date.now() / 1000) + 86_400 * 3650);
    expect(await judge({ kind: "bundle", json: Buffer.from(JSON.stringify(late)) }, pinned())).toEqual(
      refused("was not valid when it was signed"),
    );
  });
});

describe("keys and roots that cannot be used", () => {
  it.each([["file:/nowhere.pub"], ["file:/nonsense.pub"], ["file:/private.key"]])(
    "%s is misconfigured, and nothing of what lies there is told",
    async (reference) => {
      const error = await judge(signSimple(simplePayload(digest), ours), { keys: [reference] }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ExternalError);
      expect(error).toMatchObject({
        code: "misconfigured",
        message: `key ${reference}: Waybill finds no public key in PEM form there that it may read`,
      });
    },
  );

  it("a root that is none is misconfigured", async () => {
    const demand = { identities: [{ issuer, subject }], trustedRoot: "file:/nonsense.pub" };
    await expect(judge(bundleWithKey(digest, ours), demand)).rejects.toMatchObject({ code: "misconfigured" });
  });
});
