import { describe, expect, it } from "vitest";
import { comparisonOf, differencesOf } from "@/components/service/differences";
import type { ImageFacts } from "@/lib/queries/service";

const image: ImageFacts = {
  ...{
    version: "v1",
    digest: `sha256:${"a".repeat(64)}`,
    revision: "581f39f",
    source: "https://github.com/okinrev/veza",
  },
  ...{ builtAt: "2026-11-21T10:00:00.000Z", sizeBytes: 1_000, user: "65532", healthcheck: false, platforms: [] },
  labels: { team: "core", "org.opencontainers.image.version": "v1" },
};

describe("what differs between two images", () => {
  it("is nothing between the same, and each property once", () => {
    const rows = differencesOf(image, image);
    expect(rows.every((row) => row.same)).toBe(true);
    expect(rows.map((row) => row.name)).toEqual([
      ...["version", "digest", "commit", "built", "size", "user", "health check", "platforms", "team"],
    ]);
  });

  it("tells a label that one lacks, and a user that is root", () => {
    const other = { ...image, user: "", labels: { tier: "gold" } };
    const changed = differencesOf(image, other).filter((row) => !row.same);
    expect(changed).toEqual([
      { name: "user", kind: "text", a: "65532", b: "root (not set)", same: false },
      { name: "team", kind: "text", a: "core", b: "", same: false },
      { name: "tier", kind: "text", a: "", b: "gold", same: false },
    ]);
  });

  it("is to be read between the commits, by the project's address first", () => {
    const newer = { ...image, revision: "b991556", source: "https://evil.example/a/b" };
    expect(comparisonOf(image, newer, "https://gitlab.com/okinrev/veza")).toBe(
      "https://gitlab.com/okinrev/veza/-/compare/581f39f...b991556",
    );
    expect(comparisonOf(image, { ...image }, null)).toBeUndefined();
    expect(comparisonOf(image, { ...image, revision: null }, null)).toBeUndefined();
  });
});
