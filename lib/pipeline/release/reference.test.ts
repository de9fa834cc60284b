import { describe, expect, it } from "vitest";
import { parseDigest } from "@/lib/pipeline/release/digest";
import {
  announceableTag,
  classifyTag,
  compareVersions,
  deployable,
  formatDeployable,
  isRegistryHost,
  isRepository,
  isTag,
  type ParsedReference,
  parseReference,
  parseVersion,
} from "@/lib/pipeline/release/reference";

const digest = parseDigest(`sha256:${"ab".repeat(32)}`);
if (digest === undefined) throw new Error("the test's own digest is malformed");

function parsed(text: string): ParsedReference {
  const reference = parseReference(text);
  if (reference.kind === "rejected") throw new Error(reference.message);
  return reference;
}

function version(name: string) {
  const result = parseVersion(name);
  if (result.kind === "rejected") throw new Error(result.message);
  return result;
}

describe("parseReference", () => {
  it.each([
    ["backend", { repository: "backend" }],
    ["veza/backend", { repository: "veza/backend" }],
    ["backend:v1.4.0", { repository: "backend", tag: "v1.4.0" }],
    [`backend@${digest}`, { repository: "backend", digest }],
    [`backend:v1.4.0@${digest}`, { repository: "backend", tag: "v1.4.0", digest }],
    ["registry.veza.app/backend:v1", { host: "registry.veza.app", repository: "backend", tag: "v1" }],
    ["localhost/backend", { host: "localhost", repository: "backend" }],
    ["127.0.0.1:5001/a/b:t", { host: "127.0.0.1:5001", repository: "a/b", tag: "t" }],
    [`[::1]:5001/a@${digest}`, { host: "[::1]:5001", repository: "a", digest }],
    ["ghcr.io/Org/backend", "malformedReference"],
    ["a__b/c-d/e.f/g--h", { repository: "a__b/c-d/e.f/g--h" }],
  ])("reads %s", (text, expected) => {
    const result = parseReference(text);
    if (typeof expected === "string") expect(result).toMatchObject({ kind: "rejected", code: expected });
    else expect(result).toEqual({ kind: "reference", ...expected });
  });

  it.each([
    ["", "empty"],
    ["https://registry.veza.app/backend", "scheme"],
    ["../../etc/passwd", "not a host"],
    ["a/../b", "not a repository"],
    ["a//b", "not a repository"],
    ["/a", "not a repository"],
    ["a/", "not a repository"],
    ["a%2fb", "not a repository"],
    ["Backend", "not a repository"],
    ["a b", "not a repository"],
    ["a___b", "not a repository"],
    ["a\nb", "not a repository"],
    ["backend:", "not a tag"],
    ["backend:-x", "not a tag"],
    ["backend:a/b", "not a host"],
    ["a/backend:t/b", "not a tag"],
    [`backend:${"t".repeat(129)}`, "not a tag"],
    ["backend@sha256:abc", "not a digest"],
    [`backend@sha256:${"AB".repeat(32)}`, "not a digest"],
    [`backend@sha512:${"ab".repeat(64)}`, "not a digest"],
    [`backend@${digest}@${digest}`, "more than one @"],
    ["registry.veza.app:0/backend", "not a host"],
    ["registry.veza.app:70000/backend", "not a host"],
    ["-registry.app/backend", "not a host"],
    ["a/".repeat(600), "longer than"],
    ["a".repeat(256), "not a repository"],
  ])("refuses %j", (text, why) => {
    const result = parseReference(text);
    expect(result).toMatchObject({ kind: "rejected", code: "malformedReference" });
    expect(result.kind === "rejected" && result.message).toContain(why);
  });

  it("never repeats a password", () => {
    for (const text of ["https://user:hunter2@registry.veza.app/a", "user:hunter2@registry.veza.app/a"]) {
      const result = parseReference(text);
      expect(result.kind).toBe("rejected");
      expect(JSON.stringify(result)).not.toContain("hunter2");
    }
  });
});

describe("deployable", () => {
  it.each([`backend@${digest}`, `backend:v1.4.0@${digest}`, `backend:sha-0a1b2c3@${digest}`, `backend:odd@${digest}`])(
    "takes %s and forgets the tag",
    (text) => {
      expect(deployable(parsed(text))).toEqual({ kind: "deployable", repository: "backend", digest });
    },
  );

  it.each([
    ["backend", "digestMissing"],
    ["backend:v1.4.0", "digestMissing"],
    ["backend:sha-0a1b2c3", "digestMissing"],
    ["backend:latest", "mutableTag"],
    ["backend:dev", "mutableTag"],
    [`backend:latest@${digest}`, "mutableTag"],
    [`backend:prod@${digest}`, "mutableTag"],
  ])("refuses %s: %s", (text, code) => {
    expect(deployable(parsed(text))).toMatchObject({ kind: "rejected", code });
  });

  it("writes the reference a runtime pulls", () => {
    const own = deployable(parsed(`registry.veza.app/backend@${digest}`));
    const bare = deployable(parsed(`backend@${digest}`));
    if (own.kind === "rejected" || bare.kind === "rejected") throw new Error("refused");
    expect(formatDeployable(own, "other.example")).toBe(`registry.veza.app/backend@${digest}`);
    expect(formatDeployable(bare, "127.0.0.1:5001")).toBe(`127.0.0.1:5001/backend@${digest}`);
    expect(formatDeployable(bare)).toBe(`backend@${digest}`);
  });
});

describe("tags and versions", () => {
  it.each([
    ["sha-0a1b2c3", { kind: "commit", shortSha: "0a1b2c3" }],
    ["sha-0a1b2c", { kind: "unknown" }],
    ["sha-0A1B2C3", { kind: "unknown" }],
    ["v1.4.0", { kind: "final", version: { kind: "version", major: 1, minor: 4, patch: 0 } }],
    ["v1.4.0-rc.2", { kind: "candidate", version: { kind: "version", major: 1, minor: 4, patch: 0, candidate: 2 } }],
    ["v0.0.0-rc.0", { kind: "candidate", version: { kind: "version", major: 0, minor: 0, patch: 0, candidate: 0 } }],
    ["v01.4.0", { kind: "unknown" }],
    ["v1.4.0-rc2", { kind: "unknown" }],
    ["v1.4.0-beta.1", { kind: "unknown" }],
    ["1.4.0", { kind: "unknown" }],
    ["build-77", { kind: "unknown" }],
  ])("classifies %s", (tag, expected) => {
    expect(classifyTag(tag)).toEqual(expected);
  });

  it.each(["latest", "dev", "Latest", "main", "testing", "staging", "prod", "nightly", "v1", "v1.4", "1", "1.4"])(
    "knows that %s moves, and refuses to announce by it",
    (tag) => {
      expect(classifyTag(tag).kind).toBe("mutable");
      const answer = announceableTag(tag);
      expect(answer).toMatchObject({ kind: "rejected", code: "mutableTag" });
      expect(answer.kind === "rejected" && answer.message).toContain(tag);
    },
  );

  it("takes the pointers that the project's environments own as mutable, whatever they look like", () => {
    expect(classifyTag("europe", ["europe"]).kind).toBe("mutable");
    expect(announceableTag("v1.0.0", ["v1.0.0"])).toMatchObject({ kind: "rejected", code: "mutableTag" });
  });

  it.each([
    ["sha-0a1b2c3", "commit"],
    ["v1.4.0-rc.2", "candidate"],
    ["v1.4.0", "final"],
  ])("announces by %s", (tag, kind) => {
    expect(announceableTag(tag)).toMatchObject({ kind });
  });

  it.each([
    ["build-77", "unknownTag"],
    ["a/b", "malformedTag"],
    ["", "malformedTag"],
  ])("refuses to announce by %j: %s", (tag, code) => {
    expect(announceableTag(tag)).toMatchObject({ kind: "rejected", code });
  });

  it.each(["1.4.0", "v1.4", "v1.4.0-rc", "v1.4.0-rc.01", "v1.4.0+build", " v1.4.0", "v1.4.0\n", "v9999999999.0.0"])(
    "refuses %j as a release's name",
    (name) => {
      expect(parseVersion(name)).toMatchObject({ kind: "rejected", code: "malformedVersion" });
    },
  );

  it("orders candidates before their final version", () => {
    const names = ["v1.4.0", "v1.4.0-rc.10", "v1.4.0-rc.2", "v1.3.9", "v2.0.0-rc.1", "v1.10.0"];
    const sorted = names.map(version).sort(compareVersions);
    expect(sorted).toEqual(["v1.3.9", "v1.4.0-rc.2", "v1.4.0-rc.10", "v1.4.0", "v1.10.0", "v2.0.0-rc.1"].map(version));
    expect(compareVersions(version("v1.0.0"), version("v1.0.0"))).toBe(0);
  });
});

describe("grammar", () => {
  it.each([
    ["a".repeat(255), true],
    ["a".repeat(256), false],
    ["a..b", false],
    ["a/./b", false],
    [".a", false],
    ["a-", false],
    [undefined, false],
  ])("isRepository(%j) is %s", (text, expected) => {
    expect(isRepository(text)).toBe(expected);
  });

  it.each([
    ["v1", true],
    ["_", true],
    [".v1", false],
    ["a\n", false],
    [7, false],
  ])("isTag(%j) is %s", (text, expected) => {
    expect(isTag(text)).toBe(expected);
  });

  it.each([
    ["registry.veza.app", true],
    ["registry:5000", true],
    ["[::1]:5000", true],
    ["registry:", false],
    ["user@registry", false],
    ["a_b.example", false],
    [undefined, false],
  ])("isRegistryHost(%j) is %s", (text, expected) => {
    expect(isRegistryHost(text)).toBe(expected);
  });

  // A pattern that tries every way to read it would not come to an end.
  it("answers a long hostile name", () => {
    expect(isRepository(`${"a-".repeat(120)}!`)).toBe(false);
    expect(isRegistryHost(`${"a-".repeat(120)}!`)).toBe(false);
  });
});
