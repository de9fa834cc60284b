import { describe, expect, it } from "vitest";
import type { GateEvidence, ImageFacts } from "@/lib/pipeline/gates/gate";
import { evaluateImage } from "@/lib/pipeline/gates/image";
import { type ImageConfig, imageConfig } from "@/lib/pipeline/gates/image-config";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";

type Image = NonNullable<ImageFacts["images"]>[number];

const plan = aPlan({ services: aPlan().services.slice(0, 1) });
const now = "2026-03-01T10:00:00.000Z";
const good: Image = {
  os: "linux",
  architecture: "amd64",
  sizeBytes: 48_000_000,
  user: "65532",
  healthcheck: true,
  labels: { "org.opencontainers.image.revision": "0a1b2c3" },
};

function judgeFacts(config: ImageConfig, images: GateEvidence["images"]) {
  return evaluateImage({ kind: "image", ...config }, { plan, evidence: images ? { images } : {}, now });
}

/** Every service of the plan has the good image, changed like this. */
function judge(config: ImageConfig, change: Partial<Image> = {}, more: Image[] = []) {
  const images = plan.services.map((one) => {
    return { service: one.service, digest: one.to.digest, images: [{ ...good, ...change }, ...more] };
  });
  return judgeFacts(config, images);
}

const baseName = "org.opencontainers.image.base.name";
const baseDigest = "org.opencontainers.image.base.digest";
const digest = `sha256:${"d".repeat(64)}`;

describe("an image", () => {
  const table: [string, ImageConfig, Partial<Image>, "pass" | "fail" | "unknown", string][] = [
    ["as large as allowed", { maxSizeBytes: 48_000_000 }, {}, "pass", ""],
    ["a byte too large", { maxSizeBytes: 47_999_999 }, {}, "fail", "is 48000000 bytes, more than 47999999 bytes"],
    ["far too large", { maxSizeBytes: 1_000_000 }, {}, "fail", "is 48 MB, more than 1.0 MB"],
    ["with a number as user", { nonRoot: true }, {}, "pass", ""],
    ["with a number and a group", { nonRoot: true }, { user: "10001:0" }, "pass", ""],
    ["without a user", { nonRoot: true }, { user: "" }, "fail", "runs as root"],
    ["with user root", { nonRoot: true }, { user: "root" }, "fail", "runs as root"],
    ["with user 0", { nonRoot: true }, { user: "0:1000" }, "fail", "runs as root"],
    ["with user 000", { nonRoot: true }, { user: "000" }, "fail", "runs as root"],
    ["with a group alone", { nonRoot: true }, { user: ":1000" }, "fail", "runs as root"],
    ["with a named user", { nonRoot: true }, { user: "app" }, "unknown", "only a number proves"],
    ["with a number that wraps to 0", { nonRoot: true }, { user: "4294967296" }, "unknown", "only a number proves"],
    ["with a number like 0x0", { nonRoot: true }, { user: "0x0" }, "unknown", "only a number proves"],
    ["with a health check", { healthcheck: true }, {}, "pass", ""],
    ["without a health check", { healthcheck: true }, { healthcheck: false }, "fail", "has no health check"],
    ["with the label", { labels: ["org.opencontainers.image.revision"] }, {}, "pass", ""],
    ["without a label", { labels: ["team"] }, {}, "fail", "has no label team"],
    ["with an empty label", { labels: ["team"] }, { labels: { team: " " } }, "fail", "has no label team"],
    ["without a label that every object has", { labels: ["constructor"] }, {}, "fail", "has no label constructor"],
    [
      "from the base",
      { base: ["docker.io/library/debian:12"] },
      { labels: { [baseName]: "docker.io/library/debian:12" } },
      "pass",
      "",
    ],
    [
      "from another base",
      { base: ["docker.io/library/debian:12"] },
      { labels: { [baseName]: "docker.io/library/debian:11" } },
      "fail",
      "was built from docker.io/library/debian:11",
    ],
    [
      "from a base below",
      { base: ["r.example.com/base/*"] },
      { labels: { [baseName]: "r.example.com/base/node:22" } },
      "pass",
      "",
    ],
    [
      "from a base beside",
      { base: ["r.example.com/base/*"] },
      { labels: { [baseName]: "r.example.com/base-evil/node:22" } },
      "fail",
      "was built from",
    ],
    [
      "from nothing below",
      { base: ["r.example.com/base/*"] },
      { labels: { [baseName]: "r.example.com/base/" } },
      "fail",
      "was built from",
    ],
    ["from the digest", { base: [digest] }, { labels: { [baseDigest]: digest } }, "pass", ""],
    [
      "from the name with another digest",
      { base: [`debian@${digest}`] },
      { labels: { [baseName]: "debian", [baseDigest]: digest.replaceAll("d", "e") } },
      "fail",
      "was built from debian@sha256:e",
    ],
    [
      "from the name and digest",
      { base: [`debian@${digest}`] },
      { labels: { [baseName]: "debian", [baseDigest]: digest } },
      "pass",
      "",
    ],
    ["that names no base", { base: [digest, "debian"] }, {}, "fail", "does not say what it was built from"],
    ["for the architecture", { architectures: ["arm64", "amd64"] }, {}, "pass", ""],
    ["for another architecture", { architectures: ["arm64"] }, {}, "fail", "is for amd64"],
    ["for the variant", { architectures: ["arm/v7"] }, { architecture: "arm", variant: "v7" }, "pass", ""],
    [
      "for another variant",
      { architectures: ["arm/v7"] },
      { architecture: "arm", variant: "v6" },
      "fail",
      "is for arm/v6",
    ],
    ["for any variant", { architectures: ["arm"] }, { architecture: "arm", variant: "v6" }, "pass", ""],
    [
      "of an architecture it does not tell",
      { architectures: ["arm64"] },
      { architecture: "unspecified" },
      "unknown",
      "does not say",
    ],
  ];
  it.each(table)("%s", (_, config, change, status, words) => {
    const verdict = judge(config, change);
    expect(verdict.status).toBe(status);
    if (status !== "pass") expect(verdict.summary).toContain(words);
    expect(verdict.evidence.length).toBeGreaterThan(0);
  });

  it("is judged in every platform: one that runs as root is enough", () => {
    const verdict = judge({ nonRoot: true }, {}, [{ ...good, architecture: "arm64", user: "" }]);
    expect(verdict.status).toBe("fail");
    expect(verdict.summary).toContain("backend linux/arm64 runs as root");
    expect(verdict.evidence.map((one) => one.name)).toContain("linux/amd64 user");
  });

  it("fails for what is wrong although something else is unknown, and says both", () => {
    const verdict = judge({ nonRoot: true, healthcheck: true }, { user: "app", healthcheck: false });
    expect(verdict).toMatchObject({
      status: "fail",
      summary: 'backend has no health check; backend runs as "app": only a number proves that this is not root',
    });
  });

  it("is unknown where nobody looked, where another digest was seen, and where its config was not kept", () => {
    const [one] = plan.services;
    const facts = (images: GateEvidence["images"]) => judgeFacts({ healthcheck: true }, images).status;
    expect(facts(undefined)).toBe("unknown");
    expect(facts([])).toBe("unknown");
    expect(facts([{ service: one?.service ?? "", digest: digest as never, images: [good] }])).toBe("unknown");
    expect(facts(plan.services.map((each) => ({ service: each.service, digest: each.to.digest })))).toBe("unknown");
    expect(facts(plan.services.map((each) => ({ service: each.service, digest: each.to.digest, images: [] })))).toBe(
      "unknown",
    );
  });
});

describe("the demand", () => {
  it.each([
    {},
    { nonRoot: false },
    { labels: [] },
    { base: ["*"] },
    { base: ["debian*"] },
    { base: [":*"] },
    { architectures: ["AMD64"] },
    { maxSize: "200mb" },
  ])("%j is refused", (given) => {
    expect(imageConfig.safeParse(given).success).toBe(false);
  });

  it("is what was written, and nothing more", () => {
    expect(imageConfig.parse({ maxSize: "200MB", nonRoot: true })).toEqual({
      maxSizeBytes: 200_000_000,
      nonRoot: true,
    });
  });
});
