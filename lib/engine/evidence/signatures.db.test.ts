import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerRegistryPath, startDockerRegistry } from "@/lib/adapters/oci/testing/docker-registry";
import { type Pushed, pushArtifact, pushReferrersTag } from "@/lib/adapters/oci/testing/push-image";
import {
  bundleMediaType,
  bundleWithKey,
  newKeyPair,
  pemOf,
  signSimple,
  simplePayload,
} from "@/lib/adapters/sigstore/testing/make-signatures";
import { newSigstore } from "@/lib/adapters/sigstore/testing/own-sigstore";
import { applyDocuments } from "@/lib/commands/apply-documents";
import type { Engine } from "@/lib/engine/engine";
import { collectEvidence } from "@/lib/engine/evidence/collect-evidence";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { assess } from "@/lib/facts/assess";
import { loadPlan } from "@/lib/facts/plan-inputs";
import { loadProject } from "@/lib/facts/project";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Digest } from "@/lib/pipeline/release/digest";
import { loadRelease } from "@/lib/queries/release";

const issuer = "https://token.actions.example.com";
const subject = "https://git.example.com/shop/release.yml@refs/tags/v1";
const simpleType = "application/vnd.dev.cosign.simplesigning.v1+json";
const dockerMissing = dockerRegistryPath() === undefined;

/** The gate against a registry with the Referrers API and one without, with cosign's signatures in both forms. */
describe.each(["the sandbox's registry", "docker-registry"])("signatures in %s", (name) => {
  const docker = name === "docker-registry";
  let world: DemoWorld;
  let folder: string;
  let stop: (() => Promise<void>) | undefined;
  const ours = newKeyPair();
  const theirs = newKeyPair();
  let sigstore: Awaited<ReturnType<typeof newSigstore>>;

  beforeAll(async () => {
    if (docker && dockerMissing) return;
    const registry = docker ? await startDockerRegistry({ kind: "none" }) : undefined;
    stop = registry?.stop;
    folder = await mkdtemp(path.join(tmpdir(), "waybill-signatures-"));
    sigstore = await newSigstore();
    await writeFile(path.join(folder, "cosign.pub"), pemOf(ours));
    await writeFile(path.join(folder, "root.json"), sigstore.trustedRoot);
    world = await createDemoWorld({ worker: false, ...(registry ? { registryUrl: registry.url } : {}) });
    const gate = `signature: { keys: ["file:${folder}/cosign.pub"], identities: [{ issuer: "${issuer}", subject: "${subject}" }], trustedRoot: "file:${folder}/root.json" }`;
    const text = projectFile(world.sandbox, { registryUrl: world.registryUrl }).replace(
      "tag: staging\n",
      `tag: staging\n      gates: [{ ${gate} }]\n`,
    );
    const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
    if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
  });
  afterAll(async () => {
    await world?.close();
    await stop?.();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const target = () => ({ url: world.registryUrl, authorization: () => undefined });
  const later = (minutes: number): Engine => {
    const at = new Date(Date.now() + minutes * 60_000).toISOString();
    return { ...world.engine, now: () => at };
  };

  async function verdict(release: string, engine: Engine = world.engine) {
    const asked = { kind: "promote" as const, project: "demo", environment: "staging", release };
    const [plan, project] = [await loadPlan(world.pool, asked), await loadProject(world.pool, "demo")];
    if (plan.kind === "noPlan" || !project) throw new Error("no plan");
    await collectEvidence(engine, [{ plan, planHash: hashPlan(plan), promotion: null, project }]);
    const by = { kind: "person" as const, id: "x", name: "x" };
    const signed = { requestedBy: by, requestedAt: engine.now(), given: [] };
    const assessed = await assess(world.pool, asked, signed, engine.now());
    if (assessed.kind === "noPlan") throw new Error(assessed.message);
    return assessed.verdicts.find((one) => one.gate === "signature");
  }

  async function manifestOf(digest: Digest): Promise<Pushed> {
    const accept = "application/vnd.oci.image.manifest.v1+json";
    const answer = await fetch(`${world.registryUrl}/v2/demo-backend/manifests/${digest}`, { headers: { accept } });
    return { digest, mediaType: accept, bytes: Buffer.from(await answer.arrayBuffer()), sizeBytes: 0 };
  }

  async function attachBundle(digest: Digest, json: Buffer): Promise<void> {
    const layers = [{ mediaType: bundleMediaType, bytes: json }];
    const artifact = { artifactType: bundleMediaType, subject: await manifestOf(digest), layers };
    const pushed = await pushArtifact(target(), "demo-backend", artifact);
    await pushReferrersTag(target(), "demo-backend", digest, [{ pushed, artifactType: bundleMediaType }]);
  }

  async function attachSimple(digest: Digest, signatures: ReturnType<typeof signSimple>[]): Promise<void> {
    const layers = signatures.map((one) => ({
      mediaType: simpleType,
      bytes: Buffer.from(one.payload),
      annotations: { "dev.cosignproject.cosign/signature": one.signature },
    }));
    const configType = "application/vnd.oci.image.config.v1+json";
    await pushArtifact(
      target(),
      "demo-backend",
      { artifactType: "", configType, layers },
      `${digest.replace(":", "-")}.sig`,
    );
  }

  const released = async (version: string) => {
    const { key, digest } = await world.release("backend", version);
    return { key, digest: digest as Digest };
  };

  it.skipIf(docker && dockerMissing)(
    "are missing, then of another key, then of the right one, by the older form",
    async () => {
      const { key, digest } = await released("v6.0.0");
      expect(await verdict(key)).toMatchObject({ status: "fail", summary: "backend is not signed" });
      const wrong = signSimple(simplePayload(digest), theirs);
      await attachSimple(digest, [wrong]);
      expect(await verdict(key, later(2))).toMatchObject({
        status: "fail",
        summary: "backend has no signature that counts: it was made with another key",
      });
      await attachSimple(digest, [wrong, signSimple(simplePayload(digest), ours)]);
      const passed = await verdict(key, later(4));
      expect(passed).toMatchObject({ status: "pass" });
      expect(passed?.evidence).toContainEqual({ name: "signed by", value: `key file:${folder}/cosign.pub` });
      const view = await loadRelease(world.pool, world.people.vera, { project: "demo", key }, world.engine.now());
      expect(view.artifacts[0]?.signatures).toMatchObject({
        valid: [{ by: `key file:${folder}/cosign.pub` }],
        refused: ["it was made with another key"],
      });
    },
  );

  it.skipIf(docker && dockerMissing)(
    "count as bundles of a key and of an identity, and not for another digest",
    async () => {
      const [keyed, keyless, foreign] = [await released("v6.1.0"), await released("v6.1.1"), await released("v6.1.2")];
      await attachBundle(keyed.digest, bundleWithKey(keyed.digest, ours).json);
      expect(await verdict(keyed.key)).toMatchObject({ status: "pass" });
      const signed = await sigstore.bundleWithCertificate({ digest: keyless.digest, issuer, subject });
      await attachBundle(keyless.digest, signed.json);
      const passed = await verdict(keyless.key);
      expect(passed).toMatchObject({ status: "pass" });
      expect(passed?.evidence[0]?.value).toContain(`${subject} of ${issuer}`);
      await attachBundle(foreign.digest, bundleWithKey(keyed.digest, ours).json);
      expect(await verdict(foreign.key)).toMatchObject({
        status: "fail",
        summary: expect.stringContaining("for another digest"),
      });
    },
  );

  it.skipIf(docker && dockerMissing)("are unknown while the key cannot be read", async () => {
    const { key, digest } = await released("v6.2.0");
    await attachSimple(digest, [signSimple(simplePayload(digest), ours)]);
    await rm(path.join(folder, "cosign.pub"));
    expect(await verdict(key)).toMatchObject({
      status: "unknown",
      summary: expect.stringContaining("no public key in PEM form"),
    });
    await writeFile(path.join(folder, "cosign.pub"), pemOf(ours));
    expect(await verdict(key, later(1))).toMatchObject({ status: "pass" });
  });
});
