import { z } from "zod";
import { addressProblem } from "@/lib/pipeline/policy/address";

/** How a check stands. queued and running: it will say; passed and failed: it has said. */
export const checkStatuses = ["queued", "running", "passed", "failed"] as const;
export type CheckStatus = (typeof checkStatuses)[number];

/** What a check is called, the same in the project file and in its reports. */
export const checkName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9 ._/:-]{0,99}$/,
    "must be letters, digits, spaces and . _ / : -, 100 at most, starting with a letter or digit",
  )
  .meta({ description: "the name of a check, such as e2e: letters, digits, spaces and . _ / : -, 100 at most" });

/** Where the run can be seen. */
export const runUrl = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    const problem = addressProblem(text);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .meta({ description: "an http or https address without user name and password" });
