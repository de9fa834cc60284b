import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { digest, instant, serviceName } from "@/lib/api/values";
import { recordScanInput } from "@/lib/commands/record-scan";

const count = z.int().min(0);

const recorded = z
  .strictObject({
    id: z.string(),
    digest,
    services: z.array(serviceName).meta({ description: "the services that the digest was announced for" }),
    tool: z.string(),
    toolVersion: z.string().nullable(),
    scannedAt: instant,
    counts: z
      .strictObject({ critical: count, high: count, medium: count, low: count, unrated: count })
      .meta({ description: "different vulnerabilities by severity; unrated where the report names none" }),
  })
  .meta({ id: "Scan" });

export const recordScanOperation = operation({
  id: "recordScan",
  method: "post",
  path: "/scans",
  tag: "Releases",
  summary: "Attach a scan to a digest",
  description:
    "Keeps what a scanner found in an announced image, for the gate `vulnerabilities`. The report is Trivy's JSON or " +
    "SARIF 2.1.0; one that names another digest is refused, and the same report again is the same scan.",
  body: recordScanInput.meta({ id: "ScanUpload" }),
  bodyBytesMax: 8 * 1024 * 1024,
  answers: {
    201: { description: "recorded", schema: recorded },
    200: { description: "exactly this was recorded before", schema: recorded },
  },
  refusals: ["unreadableReport", "otherDigest", "unknownDigest"],
});
