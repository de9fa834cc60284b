import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key and a certificate for it, signed by itself: what a token server signs with and a registry trusts. */
export interface SelfSigned {
  privateKey: KeyObject;
  certificateDer: Buffer;
  certificatePem: string;
}

/** Builds an X.509 v3 certificate (RFC 5280 §4.1), valid from yesterday for ten days; Node itself only reads them. */
export function selfSignedCertificate(commonName: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const dayMs = 24 * 60 * 60 * 1000;
  const signatureAlgorithm = sequence(objectId([1, 2, 840, 113549, 1, 1, 11]), tagged(0x05, Buffer.alloc(0)));
  const commonNameId = objectId([2, 5, 4, 3]);
  const name = sequence(tagged(0x31, sequence(commonNameId, tagged(0x0c, Buffer.from(commonName, "utf8")))));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from([1])),
    signatureAlgorithm,
    name,
    sequence(utcTime(new Date(Date.now() - dayMs)), utcTime(new Date(Date.now() + 9 * dayMs))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, privateKey);
  const der = sequence(body, signatureAlgorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  const certificatePem = ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
  return { privateKey, certificateDer: der, certificatePem };
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 256 ? [length] : [length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function objectId([first = 0, second = 0, ...rest]: number[]): Buffer {
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function utcTime(at: Date): Buffer {
  const text = at.toISOString().replace(/^20|[-:T]|\.\d+/g, "");
  return tagged(0x17, Buffer.from(text, "ascii"));
}
