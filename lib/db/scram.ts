import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const ITERATIONS = 4096;

/**
 * What Postgres stores for a password under scram-sha-256 (RFC 5803). Sent instead of the password itself, so that the
 * password appears in no server log. `password` must be ASCII: longer alphabets would need SASLprep.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const key = (label: string) => createHmac("sha256", salted).update(label).digest();
  const storedKey = createHash("sha256").update(key("Client Key")).digest();
  const encoded = [storedKey, key("Server Key")].map((bytes) => bytes.toString("base64")).join(":");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${encoded}`;
}
