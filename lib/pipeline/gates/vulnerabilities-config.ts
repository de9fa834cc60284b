import { z } from "zod";
import { duration, formatDuration } from "@/lib/pipeline/policy/duration";
import { type Severity, severities } from "@/lib/pipeline/scan/severity";

/** A vulnerability that may be there until a day, for a reason. */
export interface AllowedVulnerability {
  id: string;
  /** `2026-12-31`: this day, in UTC, is the last on which it counts. */
  until: string;
  reason: string;
}

export type ScanSource = "upload" | "registry";

/** How many vulnerabilities of a severity a scan may find. A severity without a limit is not judged, but for unrated. */
export interface VulnerabilitiesConfig {
  limits: Partial<Record<Severity, number>>;
  /** A scan older than this is as good as none. */
  maxAgeMs?: number;
  from: ScanSource[];
  allow: AllowedVulnerability[];
}

const limit = z.int().min(0).max(100_000).optional().meta({ description: "a whole number, the most that is allowed" });

const allowed = z.strictObject({
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/)
    .meta({ description: "the vulnerability's id, such as CVE-2026-12345" }),
  until: z.iso.date().meta({ description: "the last day on which it is allowed, in UTC, such as 2026-12-31" }),
  reason: z.string().trim().min(3).max(500).meta({ description: "why it is allowed, 3 to 500 characters" }),
});

/** `vulnerabilities: {…}` in a list of gates. */
export const vulnerabilitiesConfig = z
  .strictObject({
    critical: limit,
    high: limit,
    medium: limit,
    low: limit,
    unrated: limit,
    maxAge: duration.optional(),
    from: z
      .array(z.enum(["upload", "registry"]).meta({ description: "upload or registry" }))
      .min(1)
      .max(2)
      .default(["upload", "registry"])
      .meta({ description: "where scans count from: upload, registry or both" }),
    allow: z.array(allowed).max(500).default([]).meta({ description: "a list of 500 vulnerabilities at most" }),
  })
  .superRefine((value, context) => {
    if (severities.some((one) => one !== "unrated" && value[one] !== undefined)) return;
    const params = { allowed: "at least one of critical, high, medium, low" };
    context.addIssue({ code: "custom", message: "limits nothing", params });
  })
  .transform(({ maxAge, from, allow, ...limits }): VulnerabilitiesConfig => {
    const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
    return { limits: given, ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }), from, allow };
  })
  .meta({ description: "how many vulnerabilities a scan of the same digest may find; without a scan it is unknown" });

/** What the gate demands, in a few words: `0 critical, 0 high`. */
export function vulnerabilitiesDemand({ limits, maxAgeMs }: VulnerabilitiesConfig): string {
  const counts = severities.flatMap((one) => (limits[one] === undefined ? [] : [`${limits[one]} ${one}`]));
  const age = maxAgeMs === undefined ? [] : [`scanned within ${formatDuration(maxAgeMs)}`];
  return [...counts, ...age].join(", ");
}
