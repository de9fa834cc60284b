import { type Queryable, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { type Cell, confirmObservations, recordObservation } from "@/lib/engine/record-observation";
import type { TargetObservation, TargetRef } from "@/lib/ports/deploy-target";

interface Watched extends Cell {
  target: TargetRef;
}

interface Group {
  project: string;
  connection: string;
  /** Of the connection as it is applied now: another one may lead to another cluster, or come with other rights. */
  version: number | null;
  cells: Watched[];
}

/**
 * Keeps every deployment's observation current until `signal` aborts: one watch a connection of a project, begun anew
 * when what is to be watched changes. `changed` is called by the worker when it hears of a change that may concern it.
 */
export class Observer {
  private readonly running = new Map<string, { key: string; stop: AbortController }>();
  /** Watches that have not ended, also those that were told to, and what was seen and is still being written. */
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly engine: Engine,
    private readonly signal: AbortSignal,
  ) {}

  /** Starts and stops watches so that they fit the projects as they are applied now. */
  async refresh(): Promise<void> {
    const groups = await loadGroups(this.engine.pool);
    const wanted = new Map(groups.map((group) => [`${group.project}/${group.connection}`, group]));
    for (const [name, current] of this.running) {
      const group = wanted.get(name);
      if (group && keyOf(group) === current.key) continue;
      current.stop.abort();
      this.running.delete(name);
    }
    for (const [name, group] of wanted) {
      if (this.running.has(name) || this.signal.aborted) continue;
      const stop = new AbortController();
      this.running.set(name, { key: keyOf(group), stop });
      this.follow(this.watchGroup(group, stop));
    }
  }

  private follow(work: Promise<void>): void {
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  /** Nothing changed, and somebody is still looking: what pages say of these cells is of this moment. */
  private async confirm(connection: string, cells: Watched[], at: string): Promise<void> {
    try {
      await confirmObservations(this.engine.pool, cells, at);
      // One namespace that can be seen does not clear what is wrong with another one.
      await this.engine.pool.execute(
        sql`update connection c set trouble = null, checked_at = ${at}
             where c.name = ${connection} and (c.trouble is null or not exists (
               select from deployment d where d.target ->> 'connection' = c.name
                  and coalesce(d.observed_at, '-infinity') < c.checked_at))`,
      );
    } catch (error) {
      this.engine.log("warn", "that nothing changed could not be noted", { connection, message: String(error) });
    }
  }

  /** Resolves once every watch has ended, and nothing that one of them saw is written any more. */
  async close(): Promise<void> {
    for (const one of this.running.values()) one.stop.abort();
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
  }

  private async watchGroup(group: Group, stop: AbortController): Promise<void> {
    const { project, connection } = group;
    const name = `${project}/${connection}`;
    const signal = AbortSignal.any([stop.signal, this.signal]);
    const byTarget = new Map(group.cells.map((cell) => [JSON.stringify(cell.target), cell]));
    const queue = new LatestFirst((cell, seen) => recordObservation(this.engine, cell, seen), this.engine, signal);
    try {
      const target = await this.engine.world.target(project, connection);
      await target.watch(
        group.cells.map((cell) => cell.target),
        {
          observation: (ref, seen) => {
            const cell = byTarget.get(JSON.stringify(ref));
            if (cell) this.follow(queue.put(cell, seen));
          },
          current: (refs, at) => {
            const cells = refs.flatMap((ref) => byTarget.get(JSON.stringify(ref)) ?? []);
            this.follow(this.confirm(connection, cells, at));
          },
          trouble: (error) => {
            this.engine.log("warn", "a cluster cannot be observed; trying on", {
              project,
              connection,
              message: error.message,
            });
            this.follow(noteTrouble(this.engine, connection, error.message));
          },
        },
        signal,
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.log("error", "a cluster cannot be observed", { project, connection, message });
      await noteTrouble(this.engine, connection, message);
      // The next refresh begins it again, unless one did already.
      if (this.running.get(name)?.stop === stop) this.running.delete(name);
    }
  }
}

/** One write at a time a cell, and always the newest observation: a burst of pod changes is one row changed. */
class LatestFirst {
  private readonly waiting = new Map<Cell, TargetObservation>();
  private readonly busy = new Set<Cell>();

  constructor(
    private readonly write: (cell: Cell, seen: TargetObservation) => Promise<void>,
    private readonly engine: Engine,
    /** What waits when this aborts is left: whoever watches next is told it anew. */
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves once this cell has nothing more to be written; at once where somebody writes it already. Never rejects. */
  async put(cell: Cell, seen: TargetObservation): Promise<void> {
    this.waiting.set(cell, seen);
    if (!this.busy.has(cell)) await this.drain(cell);
  }

  private async drain(cell: Cell): Promise<void> {
    this.busy.add(cell);
    try {
      for (let seen = this.waiting.get(cell); seen && !this.signal.aborted; seen = this.waiting.get(cell)) {
        this.waiting.delete(cell);
        await this.write(cell, seen);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.log("error", "an observation could not be recorded", { ...cell, message });
    } finally {
      this.busy.delete(cell);
    }
  }
}

function keyOf(group: Group): string {
  return JSON.stringify([group.version, group.cells]);
}

async function loadGroups(db: Queryable): Promise<Group[]> {
  const cells = await db.query<Watched & { version: number | null }>(
    sql`select d.project, d.service, d.environment, d.target, c.version from deployment d
          join service s on s.project = d.project and s.name = d.service
          join environment e on e.project = d.project and e.name = d.environment
          left join connection c on c.name = d.target ->> 'connection'
         order by d.project, d.service, d.environment`,
  );
  const groups = new Map<string, Group>();
  for (const { version, ...cell } of cells) {
    const { project } = cell;
    const { connection } = cell.target;
    const name = `${project}/${connection}`;
    const group = groups.get(name) ?? { project, connection, version, cells: [] };
    group.cells.push(cell);
    groups.set(name, group);
  }
  return [...groups.values()];
}

/** What was wrong with a connection last, for the settings page; cleared by the next observation through it. */
async function noteTrouble(engine: Engine, connection: string, trouble: string): Promise<void> {
  try {
    await engine.pool.execute(
      sql`update connection set trouble = ${trouble.slice(0, 500)}, checked_at = ${engine.now()} where name = ${connection}`,
    );
  } catch (error) {
    engine.log("error", "the trouble of a connection could not be noted", { connection, message: String(error) });
  }
}
