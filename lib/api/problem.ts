import { z } from "zod";
import { refusalForm } from "@/lib/api/refusals";
import type { ErrorAnswer } from "@/lib/auth/error-answer";

/** RFC 9457 problem details; `code` is closed and for programs, `title` and `detail` are for people. */
export const problem = z
  .strictObject({
    type: z.string().meta({ description: "/problems/ and the code", examples: ["/problems/gateClosed"] }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: "what happened, and what would change it" }),
    code: z.string(),
    issues: z
      .array(
        z.strictObject({
          path: z.string(),
          message: z.string(),
          document: z.int().optional(),
          line: z.int().optional(),
          column: z.int().optional(),
        }),
      )
      .optional()
      .meta({ description: "what is wrong with the input, field by field" }),
    promotion: z.string().optional().meta({ description: "the promotion that stands in the way" }),
    current: z.unknown().optional().meta({ description: "409 conflict: what it is by now" }),
    reference: z.string().optional().meta({ description: "under which it was logged" }),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details" });

export type Problem = z.infer<typeof problem>;

interface Extra {
  issues?: Problem["issues"];
  promotion?: string;
}

/** A problem as an HTTP answer, with the headers that its status asks for. */
export function problemResponse(answer: ErrorAnswer, extra: Extra = {}): Response {
  const { retryAfterSeconds, status, code, title, detail, issues, current, reference } = answer;
  const body: Problem = { type: `/problems/${code}`, title, status, detail, code };
  if (issues ?? extra.issues) body.issues = issues ?? extra.issues;
  if (extra.promotion !== undefined) body.promotion = extra.promotion;
  if (current !== undefined) body.current = current;
  if (reference !== undefined) body.reference = reference;
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="Waybill"');
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(retryAfterSeconds));
  return new Response(JSON.stringify(body), { status, headers });
}

/** A refusal's answer with the status and title that its code has in the API. */
export function withRefusalForm(answer: ErrorAnswer): ErrorAnswer {
  return { ...answer, ...refusalForm(answer.code) };
}
