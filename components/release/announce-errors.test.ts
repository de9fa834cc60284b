import { describe, expect, it } from "vitest";
import { fieldErrors } from "@/components/release/announce-errors";
import { sizeWords } from "@/lib/pipeline/policy/size-words";

describe("why a release was not announced", () => {
  it("stands at the field that it is about", () => {
    const issues = [{ path: "artifacts[1].image", message: "too short" }];
    expect(fieldErrors({ ok: false, code: "invalidInput", message: "m", issues }, 2)).toEqual({
      errors: { "artifacts[1].image": "too short" },
      rest: undefined,
    });
    const refused = (code: string, artifacts = 1) => fieldErrors({ ok: false, code, message: "no" }, artifacts);
    expect(refused("mutableTag").errors).toEqual({ "artifacts[0].image": "no" });
    expect(refused("releaseIsImmutable").errors).toEqual({ version: "no" });
    expect(refused("unknownService").errors).toEqual({ "artifacts[0].service": "no" });
  });

  it("stands below the form where it is about no field, or nobody knows which", () => {
    const failure = { ok: false as const, code: "externalError", message: "registry x did not do it" };
    expect(fieldErrors(failure, 1)).toEqual({ errors: {}, rest: failure });
    const several = { ok: false as const, code: "mutableTag", message: "latest moves" };
    expect(fieldErrors(several, 2)).toEqual({ errors: {}, rest: several });
    expect(fieldErrors(undefined, 1)).toEqual({ errors: {}, rest: undefined });
  });
});

it("sizes are told in their largest unit", () => {
  expect([732, 2_712, 48_213_000, 1_200_000_000].map(sizeWords)).toEqual(["732 bytes", "2.7 kB", "48 MB", "1.2 GB"]);
});
