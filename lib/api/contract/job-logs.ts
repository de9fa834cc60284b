import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { instant, promotionKey } from "@/lib/api/values";

const kept = z
  .strictObject({
    digest: z.string().meta({ description: "SHA-256 of it, as the check says it in `job.log`" }),
    entry: z.int().meta({ description: "the number of the entry of the ledger that said it first" }),
    at: instant,
    until: instant.meta({ description: "when it is removed; the entry stays" }),
    standing: z
      .enum(["intact", "changed", "removed"])
      .meta({ description: "changed: it is not what was hashed; removed: it is older than it is kept" }),
    log: z
      .strictObject({
        v: z.literal(1),
        check: z.string().meta({ description: "the id of the check" }),
        title: z.string(),
        text: z.string().meta({ description: "its end, with secrets taken out" }),
        cut: z.boolean().meta({ description: "there was more of it" }),
      })
      .optional(),
  })
  .meta({ id: "KeptJobLog", description: "what a job of a smoke test printed" });

export const readJobLogsOperation = operation({
  id: "readJobLogs",
  method: "get",
  path: "/promotions/{id}/job-logs",
  tag: "Promotions",
  summary: "Read what the jobs of its smoke tests printed",
  description: "Redacted and bounded, each compared with the hash that the ledger carries. Kept for 90 days.",
  params: z.strictObject({ id: promotionKey }),
  answers: {
    200: {
      description: "oldest first; none where no job ended",
      schema: z.strictObject({ items: z.array(kept) }),
    },
  },
  refusals: [],
});

export const readReverificationLogsOperation = operation({
  id: "readReverificationLogs",
  method: "get",
  path: "/reverifications/{id}/job-logs",
  tag: "Environments",
  summary: "Read what the jobs of verifying again printed",
  description: "As for a promotion; once it has ended.",
  params: z.strictObject({
    id: z.string().min(3).max(200).meta({ description: "its id, as it was asked for or listed" }),
  }),
  answers: {
    200: {
      description: "none where no job ended",
      schema: z.strictObject({ items: z.array(kept) }),
    },
  },
  refusals: [],
});
