import { type Digest, isDigest } from "@/lib/pipeline/release/digest";

export type ReferenceRejectionCode =
  | "malformedReference"
  | "malformedTag"
  | "malformedVersion"
  | "digestMissing"
  | "mutableTag"
  | "unknownTag";

/** A refusal with its reason: `message` names the text that was given and says what is allowed. */
export interface ReferenceRejection {
  kind: "rejected";
  code: ReferenceRejectionCode;
  message: string;
}

/** `host/repository:tag@digest` in its parts; no part is ever filled in by a default. */
export interface ParsedReference {
  kind: "reference";
  /** `host[:port]` where the text named one. */
  host?: string;
  repository: string;
  tag?: string;
  digest?: Digest;
}

/** A reference that may be deployed: it names bytes, and the tag it may have come with is forgotten. */
export interface DeployableReference {
  kind: "deployable";
  host?: string;
  repository: string;
  digest: Digest;
}

// Grammar of names, tags and digests: OCI distribution spec 1.1, "Pulling manifests".
const repositoryForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const hostForm =
  /^(?:\[[0-9A-Fa-f:]{2,39}\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::(\d{1,5}))?$/;
const repositoryCharactersMax = 255;
const referenceCharactersMax = 1024;
const shownCharactersMax = 120;

/** True for a repository name of the OCI grammar: lower case, no `..`, no empty part, 255 characters at most. */
export function isRepository(text: unknown): text is string {
  return typeof text === "string" && text.length <= repositoryCharactersMax && repositoryForm.test(text);
}

/** True for a tag of the OCI grammar: up to 128 of letters, digits, `_`, `.` and `-`, not starting with `.` or `-`. */
export function isTag(text: unknown): text is string {
  return typeof text === "string" && tagForm.test(text);
}

/** True for `name`, `name:port`, an IPv4 address or a bracketed IPv6 address, as the first part of a reference. */
export function isRegistryHost(text: unknown): text is string {
  if (typeof text !== "string" || text.length > repositoryCharactersMax) return false;
  const match = hostForm.exec(text);
  if (match === null) return false;
  const port = match[1];
  return port === undefined || (Number(port) > 0 && Number(port) < 65_536);
}

/**
 * `[host[:port]/]repository[:tag][@sha256:…]` in its parts, or a rejection that says which part is wrong.
 * The first part is a host where it holds a dot or a colon or is `localhost`, as container runtimes read it.
 */
export function parseReference(text: string): ParsedReference | ReferenceRejection {
  const refuse = (why: string) => rejection("malformedReference", `image reference ${shown(text)}: ${why}`);
  if (text === "") return refuse("it is empty; write [host/]repository[:tag][@sha256:…]");
  if (text.length > referenceCharactersMax) return refuse(`it is longer than ${referenceCharactersMax} characters`);
  if (text.includes("://")) return refuse("it starts with a scheme; write it without https://");

  const [name = "", digestText, ...more] = text.split("@");
  if (more.length > 0) return refuse("it holds more than one @; user names and passwords have no place in it");
  if (digestText !== undefined && !isDigest(digestText)) {
    return refuse("what follows the @ is not a digest; a digest is sha256: and 64 lower-case hex digits");
  }

  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  const hasHost = first === "localhost" || first.includes(".") || first.includes(":");
  if (hasHost && !isRegistryHost(first)) return refuse(`${shown(first)} is not a host or host:port`);
  const rest = hasHost ? name.slice(slash + 1) : name;

  const colon = rest.indexOf(":");
  const repository = colon === -1 ? rest : rest.slice(0, colon);
  const tag = colon === -1 ? undefined : rest.slice(colon + 1);
  if (!isRepository(repository)) return refuse(`${shown(repository)} is not a repository; ${repositoryRule}`);
  if (tag !== undefined && !isTag(tag)) return refuse(`${shown(tag)} is not a tag; ${tagRule}`);

  return {
    kind: "reference",
    repository,
    ...(hasHost ? { host: first } : {}),
    ...(tag === undefined ? {} : { tag }),
    ...(digestText === undefined ? {} : { digest: digestText }),
  };
}

/** What a repository may look like, for messages. */
export const repositoryRule =
  "allowed are lower-case letters and digits, separated by . _ __ or -, in parts separated by /, 255 characters at most";

/** What a tag may look like, for messages. */
export const tagRule = "allowed are up to 128 letters, digits, _ . and -, not starting with . or -";

/**
 * The reference as something to deploy (product.md rule 1): it must carry a digest, and where it also carries a tag
 * that tag must not be a mutable one, because the record would then read as if the tag had been deployed.
 */
export function deployable(reference: ParsedReference): DeployableReference | ReferenceRejection {
  const { host, repository, tag, digest } = reference;
  if (tag !== undefined) {
    const classified = classifyTag(tag);
    if (classified.kind === "mutable") {
      return rejection(
        "mutableTag",
        `${repository}:${tag} is refused: ${classified.why}. Deploy ${repository}@sha256:… without the tag`,
      );
    }
  }
  if (digest === undefined) {
    const given = tag === undefined ? repository : `${repository}:${tag}`;
    return rejection("digestMissing", `${given} has no digest and cannot be deployed; write ${repository}@sha256:…`);
  }
  return { kind: "deployable", repository, digest, ...(host === undefined ? {} : { host }) };
}

/** `vX.Y.Z` or, with `candidate`, `vX.Y.Z-rc.N`. */
export interface ReleaseVersion {
  kind: "version";
  major: number;
  minor: number;
  patch: number;
  candidate?: number;
}

export type ClassifiedTag =
  | { kind: "commit"; shortSha: string }
  | { kind: "candidate"; version: ReleaseVersion }
  | { kind: "final"; version: ReleaseVersion }
  | { kind: "mutable"; why: string }
  | { kind: "unknown" };

const number = "(0|[1-9]\\d{0,8})";
const versionForm = new RegExp(`^v${number}\\.${number}\\.${number}(?:-rc\\.${number})?$`);
const commitForm = /^sha-([0-9a-f]{7,64})$/;
const floatingVersionForm = /^v?\d+(?:\.\d+)?$/;
const mutableNames = new Set(
  (
    "latest dev develop development main master trunk head edge nightly snapshot canary next current stable release " +
    "rc beta alpha test testing qa uat stage staging preprod prod production live"
  ).split(" "),
);

/** The version in a release's name, or a rejection: names are `vX.Y.Z` or `vX.Y.Z-rc.N`, without leading zeros. */
export function parseVersion(name: string): ReleaseVersion | ReferenceRejection {
  const match = versionForm.exec(name);
  if (match === null) {
    return rejection("malformedVersion", `release name ${shown(name)}: allowed are vX.Y.Z and vX.Y.Z-rc.N`);
  }
  const [, major, minor, patch, candidate] = match;
  return {
    kind: "version",
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    ...(candidate === undefined ? {} : { candidate: Number(candidate) }),
  };
}

/** Order of two versions, negative where `a` comes first; a candidate comes before its final version (SemVer 2 §11). */
export function compareVersions(a: ReleaseVersion, b: ReleaseVersion): number {
  const beforeCandidate = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (beforeCandidate !== 0 || a.candidate === b.candidate) return beforeCandidate;
  return (a.candidate ?? Number.POSITIVE_INFINITY) < (b.candidate ?? Number.POSITIVE_INFINITY) ? -1 : 1;
}

/**
 * What kind of tag this is (product.md rule 1): `sha-<shortsha>`, `vX.Y.Z-rc.N`, `vX.Y.Z`, one that is known to move,
 * or unknown. `environmentTags` are the pointers that this project's environments own.
 */
export function classifyTag(tag: string, environmentTags: readonly string[] = []): ClassifiedTag {
  const commit = commitForm.exec(tag)?.[1];
  if (environmentTags.includes(tag)) return { kind: "mutable", why: `${tag} is the pointer of an environment` };
  if (commit !== undefined) return { kind: "commit", shortSha: commit };
  const version = parseVersion(tag);
  if (version.kind === "version") return { kind: version.candidate === undefined ? "final" : "candidate", version };
  if (mutableNames.has(tag.toLowerCase())) return { kind: "mutable", why: `${tag} is a tag that moves` };
  if (floatingVersionForm.test(tag)) {
    return { kind: "mutable", why: `${tag} names a range of versions, so it moves` };
  }
  return { kind: "unknown" };
}

/**
 * The tag as something to announce a release by: only the three immutable forms pass. A tag that moves is refused by
 * name, and so is one of unknown form, because nothing says that it stays.
 */
export function announceableTag(
  tag: string,
  environmentTags: readonly string[] = [],
): Extract<ClassifiedTag, { kind: "commit" | "candidate" | "final" }> | ReferenceRejection {
  if (!isTag(tag)) return rejection("malformedTag", `tag ${shown(tag)}: ${tagRule}`);
  const classified = classifyTag(tag, environmentTags);
  const allowed = "announce by sha-<shortsha>, vX.Y.Z-rc.N or vX.Y.Z, or by the digest itself";
  switch (classified.kind) {
    case "commit":
    case "candidate":
    case "final":
      return classified;
    case "mutable":
      return rejection("mutableTag", `tag ${shown(tag)} is refused: ${classified.why}; ${allowed}`);
    case "unknown":
      return rejection("unknownTag", `tag ${shown(tag)} has no form that is known to stay; ${allowed}`);
    default:
      return classified satisfies never;
  }
}

/** `host/repository@digest`, as a runtime pulls it; `host` where the reference itself names none. */
export function formatDeployable(reference: DeployableReference, host?: string): string {
  const at = reference.host ?? host;
  return `${at === undefined ? "" : `${at}/`}${reference.repository}@${reference.digest}`;
}

function rejection(code: ReferenceRejectionCode, message: string): ReferenceRejection {
  return { kind: "rejected", code, message };
}

/** JSON quotes make control characters visible; a password in front of an @ is not repeated. */
function shown(text: string): string {
  const withoutUser = text.replace(/^([a-z+]*:\/\/)?[^/@]*:[^/@]*@(?!sha\d+:)/i, "$1…@");
  return JSON.stringify(
    withoutUser.length > shownCharactersMax ? `${withoutUser.slice(0, shownCharactersMax)}…` : withoutUser,
  );
}
