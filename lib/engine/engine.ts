import type { Pool } from "@/lib/db/pool";
import type { World } from "@/lib/ports/world";

/** What carries out due work: the same for the worker and for the process that answers a click. */
export interface Engine {
  pool: Pool;
  world: World;
  now(): string;
  /** Where browsers reach Waybill, without a slash at the end: links in messages begin with it. */
  publicUrl: string;
  /** Who holds a lease: unique to this process. */
  owner: string;
  /** Longer than everything a step may do between two looks at its lease, in milliseconds. */
  leaseMs: number;
  /** One call to an outside system is given up after this, in milliseconds. */
  callMs: number;
  /** Told about what went wrong in a step, without secrets. */
  log(level: "info" | "warn" | "error", message: string, facts: Record<string, unknown>): void;
}
