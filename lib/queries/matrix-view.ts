/**
 * What one screenful of the matrix says, as it travels over the wire: plain JSON, times as ISO 8601 in UTC, digests as
 * 64 hex digits without their algorithm. Absent means "not so": a field that says nothing is left out.
 */
export interface MatrixView {
  /** When the answer was read from the database. */
  asOf: string;
  /** Every project in the answer, in the order of its rows; its rows follow each other. */
  projects: MatrixProject[];
  /** Services that match the filter, over all projects: the sum of `projects[].services`. */
  total: number;
  /** Place of `rows[0]` among all matching services (group rows are not counted). */
  offset: number;
  rows: MatrixRow[];
  /** When a calendar opens or closes one of the environments next: nothing else tells of it. */
  changesAt?: string;
}

export interface MatrixProject {
  name: string;
  /** Matching services of this project, over all pages. */
  services: number;
  /** In the order in which releases reach them. */
  environments: MatrixEnvironment[];
}

export interface MatrixEnvironment {
  name: string;
  state: "open" | "held" | "closed";
  /** Why, by whom, until when: `no Friday deploys, opens Mon 09:00`. */
  note?: string;
  /** When a closed one opens; absent where nobody knows. */
  opensAt?: string;
  /** The users are here: its port is drawn filled. By default the last environment of the project. */
  live?: boolean;
  /** Services of this project that are healthy here, of those that run here. */
  healthy?: number;
  running?: number;
}

export interface MatrixRow {
  project: string;
  service: string;
  /** As the eye needs it: `veza-backend-api`. */
  repository: string;
  /** One an environment of the project that this service has a target in; order does not matter. */
  cells: MatrixCell[];
}

export type MatrixHealth = "healthy" | "degraded" | "failing" | "unknown" | "nothing";

export interface MatrixCell {
  environment: string;
  health: MatrixHealth;
  /** What runs; absent where nothing has run yet. */
  version?: string;
  digest?: string;
  /** Since when this digest runs here. */
  since?: string;
  /** Pods, where not all are ready. */
  ready?: number;
  desired?: number;
  /** Why the health is not healthy: `p95 2.4 s, limit 2 s`. */
  reason?: string;
  mark?: MatrixMark;
  /** The stretch from the environment before; absent in the first one. */
  leg?: MatrixLeg;
  canPromote?: MatrixPromotable;
}

export type MatrixMarkKind =
  | "waiting"
  | "queued"
  | "rollingOut"
  | "canary"
  | "verifying"
  | "rollingBack"
  | "stuck"
  | "blocked"
  | "drift"
  | "held"
  | "gate"
  | "behind"
  | "signal";

export interface MatrixMark {
  kind: MatrixMarkKind;
  /** One short line beside the word: `approval 1 of 2`, `3 of 5 pods`, `runs 77b0…c2e1`. */
  text: string;
  href?: string;
  /** How far, from 0 to 1: drawn as a meter. */
  progress?: number;
}

/** same digest · releases that could move on · in flight · waits · digest blocked · gate said no · held · nothing yet. */
export type MatrixLegKind = "same" | "ahead" | "move" | "wait" | "block" | "gate" | "held" | "none";

export interface MatrixLeg {
  kind: MatrixLegKind;
  /** How many releases could move on; with `ahead`. */
  count?: number;
}

/** The release that could be requested into this cell's environment. */
export interface MatrixPromotable {
  releaseId: string;
  version: string;
  /** Where the environment is closed: when it opens, and so when the request would start. */
  startsAt?: string;
}
