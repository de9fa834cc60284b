import type { ActionDone } from "@/components/action/action-outcome";

/** A token as it was made: the one time that its secret is seen. */
export interface TokenOutcome extends ActionDone {
  token: { id: string; secret: string; label: string; expiresAt: string };
}
