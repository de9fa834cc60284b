import { z } from "zod";
import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { lookAtCanaries } from "@/lib/engine/fresh-evidence";
import { textIssues } from "@/lib/pipeline/plain-text";

const name = z.string().min(1).max(200);
const wanted = z.object({ project: name, environment: name, release: name });

/**
 * What must be seen before a request is decided. What is wrong with the request itself, and that somebody may not ask, the
 * command says.
 */
export async function lookBeforeRequest(principal: Principal, asked: unknown): Promise<void> {
  const { data } = wanted.safeParse(asked);
  if (!data || textIssues(data).length > 0) return;
  if (can(principal, "promote", data)) await lookAtCanaries(data);
}
