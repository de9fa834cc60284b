import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { digest, environmentName, instant, serviceName } from "@/lib/api/values";
import { reportCheckInput } from "@/lib/commands/report-check";
import { checkStatuses } from "@/lib/pipeline/check/report";

const reported = z
  .strictObject({
    id: z.string(),
    digest,
    services: z.array(serviceName).meta({ description: "the services that the digest was announced for" }),
    environment: environmentName,
    name: z.string(),
    status: z.enum(checkStatuses),
    url: z.string().nullable(),
    summary: z.string().nullable(),
    reportedAt: instant,
  })
  .meta({ id: "CheckReport" });

export const reportCheckOperation = operation({
  id: "reportCheck",
  method: "post",
  path: "/checks",
  tag: "Releases",
  summary: "Report a check of a digest",
  description:
    "What CI says of a named check of an announced image in an environment, for the gate `tests`: queued, running, passed " +
    "or failed. The latest report counts; the same of the same run (`url`) again is the same report.",
  body: reportCheckInput.meta({ id: "CheckReportRequest" }),
  answers: {
    201: { description: "recorded", schema: reported },
    200: { description: "exactly this was reported before", schema: reported },
  },
  refusals: ["unknownEnvironment", "unknownDigest"],
});
