import { compareUrl } from "@/lib/pipeline/release/source-links";
import type { ImageFacts } from "@/lib/queries/service";

/** One property of two images. */
export interface Difference {
  name: string;
  a: string;
  b: string;
  same: boolean;
  kind: "text" | "digest" | "commit" | "time" | "size";
}

/** Labels that are said above under their own names. */
const told = new Set(["version", "revision", "created"].map((name) => `org.opencontainers.image.${name}`));

/** What two environments' images are, side by side; labels that neither has are left out. */
export function differencesOf(a: ImageFacts, b: ImageFacts): Difference[] {
  const row = (name: string, kind: Difference["kind"], left: string | null, right: string | null): Difference => ({
    name,
    kind,
    a: left ?? "",
    b: right ?? "",
    same: left === right,
  });
  const labels = [...new Set([...Object.keys(a.labels), ...Object.keys(b.labels)])].filter((label) => !told.has(label));
  return [
    row("version", "text", a.version, b.version),
    row("digest", "digest", a.digest, b.digest),
    row("commit", "commit", a.revision, b.revision),
    row("built", "time", a.builtAt, b.builtAt),
    row("size", "size", String(a.sizeBytes), String(b.sizeBytes)),
    row("user", "text", userWords(a.user), userWords(b.user)),
    row("health check", "text", yesNo(a.healthcheck), yesNo(b.healthcheck)),
    row("platforms", "text", countWords(a.platforms), countWords(b.platforms)),
    ...labels.sort().map((label) => row(label, "text", a.labels[label] ?? null, b.labels[label] ?? null)),
  ];
}

/** Where to read what lies between two images' commits; undefined where they do not name them. */
export function comparisonOf(a: ImageFacts, b: ImageFacts, source: string | null): string | undefined {
  return compareUrl(source ?? b.source ?? a.source, a.revision, b.revision);
}

function userWords(user: string | null): string | null {
  return user === "" ? "root (not set)" : user;
}

function yesNo(value: boolean | null): string | null {
  return value === null ? null : value ? "in the image" : "none";
}

function countWords(platforms: string[]): string {
  return platforms.length === 0 ? "one" : String(platforms.length);
}
