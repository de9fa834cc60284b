import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SeedList } from "./seed-list";
import { writeFileAtomically } from "./write-file-atomically";

/** What a data folder remembers of its sandbox, so that a restart is the same registry and cluster. */
export interface Identity {
  tokens: { admin: string; waybill: string };
  /** The ports it had last; it takes them again where they are free. */
  ports: { registry: number; cluster: number; metrics: number; services: number };
  /** Every `host:port` under which images were pushed to it: workloads name them for ever. */
  registryHosts: string[];
  /** Dates the seeded images; written before the seeding, so that one that was killed goes on with the same digests. */
  seededAt?: string;
  seed?: SeedList;
}

const fileOf = (folder: string): string => join(folder, "sandbox.json");

/** The identity of a data folder; a new one where it has none. */
export function readIdentity(folder: string): Identity {
  if (existsSync(fileOf(folder))) return JSON.parse(readFileSync(fileOf(folder), "utf8"));
  const token = () => randomBytes(24).toString("base64url");
  const ports = { registry: 0, cluster: 0, metrics: 0, services: 0 };
  return { tokens: { admin: token(), waybill: token() }, ports, registryHosts: [] };
}

/** Tokens are in it, so only its owner may read the file. */
export function writeIdentity(folder: string, identity: Identity): void {
  writeFileAtomically(fileOf(folder), `${JSON.stringify(identity, null, 2)}\n`, 0o600);
}

/** Writes a kubeconfig for one token and returns its path. The cluster speaks plain http, on loopback alone. */
export function writeKubeconfig(folder: string, file: string, clusterUrl: string, user: string, token: string): string {
  const path = join(folder, file);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sandbox", cluster: { server: clusterUrl, "insecure-skip-tls-verify": true } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user } }],
    "current-context": "sandbox",
  };
  // JSON is YAML.
  writeFileAtomically(path, `${JSON.stringify(config, null, 2)}\n`, 0o600);
  return path;
}
