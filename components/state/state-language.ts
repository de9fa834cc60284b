import type { ShapeName } from "./shape";

export type Tone = "ok" | "warn" | "fail" | "move" | "ink" | "none";

export interface StateLook {
  word: string;
  shape: ShapeName;
  tone: Tone;
  /** A stamp that is filled: a hold only. A stamp that is dashed: we could not tell. */
  stamp?: "solid" | "dash";
}

/** Every state that Waybill shows, with its one word, shape and tone. */
export const stateLanguage = {
  requested: { word: "requested", shape: "ring", tone: "ink" },
  waiting: { word: "waiting", shape: "wait", tone: "warn" },
  queued: { word: "queued", shape: "queue", tone: "ink" },
  rollingOut: { word: "rolling out", shape: "move", tone: "move" },
  verifying: { word: "verifying", shape: "verify", tone: "move" },
  succeeded: { word: "succeeded", shape: "pass", tone: "ok" },
  rejected: { word: "rejected", shape: "fail", tone: "fail" },
  expired: { word: "expired", shape: "clock", tone: "none" },
  superseded: { word: "superseded", shape: "over", tone: "none" },
  aborted: { word: "aborted", shape: "stop", tone: "ink" },
  rollingBack: { word: "rolling back", shape: "back", tone: "warn" },
  rolledBack: { word: "rolled back", shape: "back", tone: "warn" },
  stuck: { word: "stuck", shape: "stuck", tone: "fail" },
  failed: { word: "failed", shape: "fail", tone: "fail" },
  errored: { word: "errored", shape: "errored", tone: "warn", stamp: "dash" },

  accepted: { word: "accepted", shape: "dot", tone: "ink" },
  observed: { word: "observed", shape: "pass", tone: "ok" },

  healthy: { word: "healthy", shape: "disc", tone: "ok" },
  degraded: { word: "degraded", shape: "degraded", tone: "warn" },
  failing: { word: "failing", shape: "fail", tone: "fail" },
  nothing: { word: "nothing yet", shape: "dash", tone: "none" },

  pass: { word: "pass", shape: "pass", tone: "ok" },
  fail: { word: "fail", shape: "fail", tone: "fail" },
  wait: { word: "wait", shape: "wait", tone: "warn" },
  unknown: { word: "unknown", shape: "unknown", tone: "none", stamp: "dash" },

  drift: { word: "drift", shape: "drift", tone: "warn" },
  canary: { word: "canary", shape: "canary", tone: "move" },
  held: { word: "held", shape: "hold", tone: "ink", stamp: "solid" },
  hold: { word: "hold", shape: "hold", tone: "ink", stamp: "solid" },
  open: { word: "open", shape: "disc", tone: "ok" },
  closed: { word: "closed", shape: "closed", tone: "warn" },
  pinned: { word: "pinned", shape: "pin", tone: "ink" },
  blocked: { word: "blocked", shape: "block", tone: "fail" },
  gate: { word: "gate", shape: "fail", tone: "fail" },

  approve: { word: "approve", shape: "wait", tone: "warn" },
  approved: { word: "approved", shape: "pass", tone: "ok" },
  unsigned: { word: "open", shape: "wait", tone: "warn" },
  preview: { word: "preview", shape: "ring", tone: "ink" },
  revoked: { word: "revoked", shape: "stop", tone: "ink" },
} as const satisfies Record<string, StateLook>;

export type StateName = keyof typeof stateLanguage;

/** The look of a state; typed wide, so that its optional parts can be asked for. */
export function lookOf(name: StateName): StateLook {
  return stateLanguage[name];
}
