import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { digest, instant, promotionKey, serviceName } from "@/lib/api/values";

const pod = z
  .strictObject({
    pod: z.string(),
    container: z.string(),
    phase: z.string(),
    ready: z.boolean(),
    restarts: z.int(),
    trouble: z.strictObject({ reason: z.string(), message: z.string() }).optional(),
    events: z.array(
      z.strictObject({ at: z.string(), type: z.string(), reason: z.string(), message: z.string(), count: z.int() }),
    ),
    noEvents: z.string().optional().meta({ description: "why there are none, in the cluster's words" }),
    log: z
      .strictObject({
        text: z.string().meta({ description: "the last lines, with secrets taken out" }),
        previous: z.boolean().meta({ description: "of the run that ended before this one" }),
        cut: z.boolean().meta({ description: "there was more before it" }),
      })
      .optional(),
    noLog: z.string().optional().meta({ description: "why there is none, in the cluster's words" }),
  })
  .meta({ id: "PodRemains" });

const kept = z
  .strictObject({
    digest: z.string().meta({ description: "SHA-256 of it, as the ledger's entry says it" }),
    entry: z.int().meta({ description: "the number of that entry" }),
    at: instant,
    until: instant.meta({ description: "when it is removed; the entry stays" }),
    standing: z
      .enum(["intact", "changed", "removed"])
      .meta({ description: "changed: it is not what was hashed; removed: it is older than it is kept" }),
    evidence: z
      .strictObject({
        v: z.literal(1),
        promotion: promotionKey,
        at: instant,
        services: z.array(
          z.strictObject({
            service: serviceName,
            digest,
            pods: z.array(pod),
            noPods: z.string().optional().meta({ description: "why nothing is known of them" }),
          }),
        ),
      })
      .optional(),
  })
  .meta({ id: "KeptEvidence", description: "what failing pods left behind when a promotion went wrong" });

export const readEvidenceOperation = operation({
  id: "readEvidence",
  method: "get",
  path: "/promotions/{id}/evidence",
  tag: "Promotions",
  summary: "Read what failing pods left behind",
  description:
    "Their events and last lines at the moment it went wrong, redacted and bounded, each compared with the hash that the " +
    "ledger carries. Kept for 90 days.",
  params: z.strictObject({ id: promotionKey }),
  answers: {
    200: {
      description: "oldest first; none where nothing went wrong",
      schema: z.strictObject({ items: z.array(kept) }),
    },
  },
  refusals: [],
});
