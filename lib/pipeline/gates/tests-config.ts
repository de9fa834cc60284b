import { z } from "zod";
import { checkName } from "@/lib/pipeline/check/report";
import { duration, formatDuration } from "@/lib/pipeline/policy/duration";
import { name } from "@/lib/pipeline/policy/name";

/** Checks that must have passed for exactly the digests that move. */
export interface TestsConfig {
  checks: string[];
  /** Where they ran; absent: the environment that the gate guards. */
  in?: string;
  /** A report that is older is as good as none. */
  maxAgeMs?: number;
}

/** `tests: {…}` in a list of gates. */
export const testsConfig = z
  .strictObject({
    checks: z
      .array(checkName)
      .min(1)
      .max(50)
      .superRefine((checks, context) => {
        checks.forEach((one, index) => {
          if (checks.indexOf(one) === index) return;
          const params = { allowed: "each check once" };
          context.addIssue({ code: "custom", path: [index], message: "stands twice in the list", params });
        });
      })
      .meta({ description: "the names of 1 to 50 checks that CI reports" }),
    in: name.optional().meta({ description: "the environment that they are reported for; left out: this one" }),
    maxAge: duration.optional().meta({ description: "how old a report may be, such as 7d; left out: any age" }),
  })
  .transform(({ checks, in: place, maxAge }): TestsConfig => {
    return { checks, ...(place ? { in: place } : {}), ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }) };
  })
  .meta({ description: "checks that CI must have reported as passed for the digest" });

/** `e2e, load passed in staging, within 7d`; `environment` is the one that the gate guards, where it is known. */
export function testsDemand(config: TestsConfig, environment?: string): string {
  const place = config.in ?? environment;
  const where = place === undefined ? "" : ` in ${place}`;
  const within = config.maxAgeMs === undefined ? "" : `, within ${formatDuration(config.maxAgeMs)}`;
  return `${config.checks.join(", ")} passed${where}${within}`;
}
