import fc from "fast-check";
import { expect, it } from "vitest";
import { aggregate, type Outcome } from "@/lib/pipeline/verification/outcome";

const outcome = fc.constantFrom<Outcome>("pass", "fail", "inconclusive", "error");
const judged = fc.record({ outcome, dryRun: fc.boolean() });

it("passes only where something was judged, and all that decides passed", () => {
  fc.assert(
    fc.property(fc.array(judged), (all) => {
      const deciding = all.filter((one) => !one.dryRun);
      const pass = deciding.length > 0 && deciding.every((one) => one.outcome === "pass");
      expect(aggregate(all) === "pass").toBe(pass);
    }),
  );
});

it("fails where one failed, whatever else is not known; a dry run changes nothing", () => {
  fc.assert(
    fc.property(fc.array(judged), outcome, (all, dry) => {
      expect(aggregate([...all, { outcome: "fail" }])).toBe("fail");
      expect(aggregate([...all, { outcome: dry, dryRun: true }])).toBe(aggregate(all));
    }),
  );
});
