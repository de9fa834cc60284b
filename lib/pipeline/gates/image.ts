import { type Finding, verdictOf } from "@/lib/pipeline/gates/finding";
import type { GateInput, ImageFacts, Verdict } from "@/lib/pipeline/gates/gate";
import { type ImageConfig, imageDemand } from "@/lib/pipeline/gates/image-config";
import { sizeWords } from "@/lib/pipeline/policy/size-words";

type Image = NonNullable<ImageFacts["images"]>[number];

/**
 * What the images say of themselves, each service and each platform of it. Labels are the builder's own words: only a
 * signature says whose they are. What was not kept when the image was announced is unknown.
 */
export function evaluateImage(config: ImageConfig & { kind: "image" }, { plan, evidence }: GateInput): Verdict {
  const base = { gate: "image", demand: imageDemand(config) };
  const words = {
    pass: "the image's config says so",
    nothing: "nothing is known of the image",
    whoCanAct: "build an image that fits, and announce it",
  };
  const findings = plan.services.flatMap(({ service, to }) => {
    const facts = evidence.images?.find((one) => one.service === service && one.digest === to.digest);
    const images = facts?.images ?? [];
    if (images.length === 0) {
      const why = `what ${service}'s image says was not kept when it was announced`;
      return [{ status: "unknown" as const, words: why, evidence: [] }];
    }
    return images.flatMap((image) => {
      const platform = images.length > 1 && platformOf(image);
      const said = { words: [service, platform], evidence: [plan.services.length > 1 && service, platform] };
      return checksOf(config, image).map((check) => named(check, said));
    });
  });
  return verdictOf(base, findings, words);
}

function named(finding: Finding, said: { words: (string | false)[]; evidence: (string | false)[] }): Finding {
  const before = (names: (string | false)[], text: string) => [...names, text].filter(Boolean).join(" ");
  // Each check's words say what is wrong with it.
  const words = finding.status === "pass" ? "" : before(said.words, finding.words);
  const evidence = finding.evidence.map((one) => ({ ...one, name: before(said.evidence, one.name) }));
  return { ...finding, words, evidence };
}

function platformOf({ os, architecture, variant }: Image): string {
  return [os, architecture, variant].filter(Boolean).join("/");
}

function checksOf(config: ImageConfig, image: Image): Finding[] {
  const checks = [
    config.maxSizeBytes !== undefined && sizeCheck(config.maxSizeBytes, image),
    config.nonRoot && userCheck(image),
    config.healthcheck && healthCheck(image),
    ...(config.labels ?? []).map((label) => labelCheck(label, image)),
    config.base && baseCheck(config.base, image),
    config.architectures && architectureCheck(config.architectures, image),
  ];
  return checks.filter((one): one is Finding => typeof one === "object");
}

function sizeCheck(max: number, { sizeBytes }: Image): Finding {
  const fits = sizeBytes <= max;
  // Rounded, a byte too much would look like what is allowed.
  const [value, threshold] =
    !fits && sizeWords(sizeBytes) === sizeWords(max)
      ? [`${sizeBytes} bytes`, `${max} bytes`]
      : [sizeWords(sizeBytes), sizeWords(max)];
  return {
    status: fits ? "pass" : "fail",
    words: `is ${value}, more than ${threshold}`,
    evidence: [{ name: "size", value: `${value}, compressed`, threshold: `${threshold} at most` }],
  };
}

/**
 * Kubernetes' rule for runAsNonRoot: a number that is not 0. A name is unknown, since the image's own /etc/passwd
 * says which number it is.
 */
function userCheck({ user }: Image): Finding {
  const [name = ""] = user.split(":");
  const evidence = [{ name: "user", value: name === "" ? "root, none is set" : user, threshold: "not root" }];
  if (name === "" || name === "root" || /^0+$/.test(name)) return { status: "fail", words: "runs as root", evidence };
  if (/^[0-9]{1,10}$/.test(name) && Number(name) < 2 ** 32) return { status: "pass", words: "", evidence };
  const words = `runs as "${name}": only a number proves that this is not root`;
  return { status: "unknown", words, evidence };
}

function healthCheck({ healthcheck }: Image): Finding {
  return {
    status: healthcheck ? "pass" : "fail",
    words: "has no health check",
    evidence: [{ name: "health check", value: healthcheck ? "in the image" : "none", threshold: "one" }],
  };
}

function labelOf({ labels }: Image, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? "").trim() : "";
}

function labelCheck(name: string, image: Image): Finding {
  const value = labelOf(image, name);
  return {
    status: value === "" ? "fail" : "pass",
    words: `has no label ${name}`,
    evidence: [{ name: `label ${name}`, value: value === "" ? "none" : value.slice(0, 200).toWellFormed() }],
  };
}

/** By the labels that builders set (OCI image spec, annotations): `…base.name` and `…base.digest`. */
function baseCheck(allowed: readonly string[], image: Image): Finding {
  const name = labelOf(image, "org.opencontainers.image.base.name");
  const digest = labelOf(image, "org.opencontainers.image.base.digest");
  const fits = allowed.some((one) => isBase(one, name, digest));
  const told = [name, digest].filter(Boolean).join("@").slice(0, 300).toWellFormed();
  return {
    status: fits ? "pass" : "fail",
    words: told === "" ? "does not say what it was built from" : `was built from ${told}`,
    evidence: [{ name: "base", value: told || "not named", threshold: allowed.join(" or ") }],
  };
}

function isBase(allowed: string, name: string, digest: string): boolean {
  if (allowed.endsWith("*")) return name.length >= allowed.length && name.startsWith(allowed.slice(0, -1));
  if (allowed.startsWith("sha256:")) return digest === allowed;
  const [wantedName, wantedDigest] = allowed.split("@");
  return name === wantedName && (wantedDigest === undefined || digest === wantedDigest);
}

function architectureCheck(allowed: readonly string[], image: Image): Finding {
  const { architecture, variant } = image;
  const told = variant ? `${architecture}/${variant}` : architecture;
  const fits = allowed.includes(told) || allowed.includes(architecture);
  const status = fits ? "pass" : architecture === "unspecified" ? "unknown" : "fail";
  const words = status === "unknown" ? "does not say its architecture" : `is for ${told}`;
  return { status, words, evidence: [{ name: "architecture", value: told, threshold: allowed.join(" or ") }] };
}
