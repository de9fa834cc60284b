import { KeptByDigest } from "@/lib/engine/evidence/kept-by-digest";
import type { Collector, Question } from "@/lib/engine/evidence/question";
import { signatureKind, signatureQuestions } from "@/lib/facts/evidence/signatures";
import type { Signatures } from "@/lib/pipeline/gates/gate";
import type { SignatureConfig } from "@/lib/pipeline/gates/signature-config";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { ArtifactRegistry, StoredArtifact } from "@/lib/ports/artifact-registry";
import { ExternalError } from "@/lib/ports/external-error";
import type { SignatureMaterial } from "@/lib/ports/signature-verifier";

// cosign's specification of signatures in a registry, and of Sigstore bundles as referrers.
const simpleSigningType = "application/vnd.dev.cosign.simplesigning.v1+json";
const bundleType = /^application\/vnd\.dev\.sigstore\.bundle(\.v\d+\.\d+)?\+json(;.*)?$/;
const annotation = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  logEntry: "dev.sigstore.cosign/bundle",
};

const bytesMax = 1024 * 1024;
const signaturesMax = 50;
/** A signature may be added, and a key withdrawn, at any moment; the bytes behind a digest never change. */
const listFreshMs = 60_000;
const artifacts = new KeptByDigest<StoredArtifact>(500);
const blobs = new KeptByDigest<Uint8Array>(200);

/** Who signed the digests, of those whom the plan's gates name. */
export const collectSignatures: Collector = ({ plan }) =>
  signatureQuestions(plan).map(({ config, planned, key }) => question(plan.project, config, planned, key));

function question(project: string, config: SignatureConfig, planned: PlannedService, key: string): Question {
  return {
    kind: signatureKind,
    key,
    freshMs: listFreshMs,
    async ask(world, signal): Promise<Signatures> {
      const registry = await world.registry(project, planned.connection);
      const { connection, repository, to } = planned;
      const place = { registry, scope: `${project} ${connection}`, repository, subject: to.digest, signal };
      const materials = [...(await simpleSignatures(place)), ...(await bundles(place))];
      const { keys, identities, trustedRoot } = config;
      const demand = { digest: to.digest, keys, identities, ...(trustedRoot ? { trustedRoot } : {}) };
      const judged = await world.signatures.verify(demand, materials);
      return {
        valid: judged.flatMap((one) => (one.kind === "valid" ? [{ by: one.by, at: one.at }] : [])),
        refused: judged.flatMap((one) => (one.kind === "refused" ? [one.why] : [])),
      };
    },
  };
}

interface Place {
  registry: ArtifactRegistry;
  /** What one project reads by its connection is not shown to another. */
  scope: string;
  repository: string;
  subject: Digest;
  signal: AbortSignal;
}

/** The older form: layers of the manifest at the tag `sha256-<hex>.sig`. */
async function simpleSignatures(place: Place): Promise<SignatureMaterial[]> {
  const { registry, repository, subject, signal } = place;
  const tag = `${subject.replace(":", "-")}.sig`;
  const found = await registry.artifact(repository, { tag }, signal);
  const layers = (found?.layers ?? []).filter((layer) => layer.mediaType === simpleSigningType);
  notTooMany(place, layers.length);
  return Promise.all(
    layers.map(async (layer) => {
      const certificate = layer.annotations[annotation.certificate];
      const logEntry = layer.annotations[annotation.logEntry];
      return {
        kind: "simpleSigning" as const,
        payload: await blob(place, layer.digest),
        signature: layer.annotations[annotation.signature] ?? "",
        ...(certificate ? { certificate } : {}),
        ...(logEntry ? { logEntry } : {}),
      };
    }),
  );
}

/** The newer form: bundles that are attached to the digest. */
async function bundles(place: Place): Promise<SignatureMaterial[]> {
  const { registry, repository, subject, signal } = place;
  const listed = (await registry.referrers(repository, subject, signal)).filter(
    ({ artifactType }) => artifactType === undefined || bundleType.test(artifactType),
  );
  notTooMany(place, listed.length);
  const found = await Promise.all(
    listed.map(async ({ digest }): Promise<SignatureMaterial[]> => {
      const artifact = await artifacts.get(keyOf(place, digest), async () => {
        const read = await registry.artifact(repository, { digest }, signal);
        return read ?? missing(place, digest);
      });
      const layer = artifact.layers.find((one) => bundleType.test(one.mediaType));
      if (artifact.subject !== subject || !layer) return [];
      return [{ kind: "bundle", json: await blob(place, layer.digest) }];
    }),
  );
  return found.flat();
}

function blob(place: Place, digest: Digest): Promise<Uint8Array> {
  const { registry, repository, signal } = place;
  return blobs.get(keyOf(place, digest), () => registry.blob(repository, digest, bytesMax, signal));
}

function keyOf({ scope, registry, repository }: Place, digest: Digest): string {
  return `${scope} ${registry.host}/${repository}@${digest}`;
}

function notTooMany({ registry, repository, subject }: Place, count: number): void {
  if (count <= signaturesMax) return;
  const message = `${repository}@${subject}: ${count} signatures, more than the ${signaturesMax} that are read`;
  throw new ExternalError({ system: `registry ${registry.host}`, code: "tooLarge", message, retryable: false });
}

function missing({ registry, repository }: Place, digest: Digest): never {
  const message = `${repository}@${digest} is listed as attached and is not there`;
  throw new ExternalError({ system: `registry ${registry.host}`, code: "badResponse", message, retryable: true });
}
