import type { Stage } from "@/lib/api/testing/access-stage";
import { type Caller, members } from "@/lib/api/testing/callers";

export interface Sent {
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * Who may use one method of a route, or one server action.
 * `allow`: those who may; everybody else is refused and nothing changes.
 * `hides`: every signed-in caller is answered, and whoever is not of the project reads nothing of it.
 * `open`: everybody, signed in or not.
 */
export interface Access {
  may: { kind: "allow"; who: readonly Caller[] } | { kind: "hides" } | { kind: "open"; status?: number };
  /** What is sent, or given to an action. */
  send(stage: Stage, caller: Caller): Sent;
  /** Puts something there to be done before each caller who may. */
  refresh?(stage: Stage): Promise<void>;
  /** The body's form is another program's, whose later versions may say more. */
  foreignForm?: boolean;
  /** The rules of promotions may refuse some of those who may; at least one of them succeeds. */
  rulesMayRefuse?: boolean;
}

/** Every caller of the project, but for a page of another site. */
export const everyMember = members.filter((caller) => caller !== "foreignPage");
export const reading: Access["may"] = { kind: "allow", who: members };
export const hides: Access["may"] = { kind: "hides" };
export const allow = (...who: Caller[]): Access["may"] => ({ kind: "allow", who });

export const administrators: Caller[] = ["projectAdministrator", "administrator"];
export const managers: Caller[] = ["releaseManager", ...administrators];
export const signers: Caller[] = ["approver", ...administrators];
export const either: Caller[] = ["releaseManager", ...signers];

export const project = "demo";
export const at = { project, environment: "production", service: "chat" };
export const why = "to see who may";

/** A read; by default every member may. */
export const get = (path: string, may: Access["may"] = reading): Access => ({ may, send: () => ({ path }) });
export const keyed = (caller: Caller, what: string) => ({ "idempotency-key": `${what}-of-${caller}` });

/** An action's input; only people have actions. */
export const action = (
  who: Caller[],
  input: (stage: Stage, caller: Caller) => unknown,
  more: Partial<Access> = {},
): Access => ({
  may: { kind: "allow", who },
  send: (stage, caller) => ({ path: "", body: input(stage, caller) }),
  ...more,
});
export const ruled = { rulesMayRefuse: true };
