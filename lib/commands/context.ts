import type { Pool } from "@/lib/db/pool";
import type { World } from "@/lib/ports/world";

/** What a command works with. `now` is the clock: ISO 8601, UTC, milliseconds. */
export interface CommandContext {
  pool: Pool;
  world: World;
  now(): string;
}

/** A command's refusal: a closed code and what would change it. Nothing was written. */
export interface Refusal<Code extends string = string> {
  kind: "rejection";
  code: Code;
  message: string;
  /** Where the thing is that stands in the way: a promotion's id. */
  promotion?: string;
}
