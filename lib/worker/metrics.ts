import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { type Queryable, sql } from "@/lib/db/sql";
import type { WorkLoop } from "@/lib/worker/work-loop";

/** What a worker tells Prometheus. Counts of promotions are read from the database when they are asked for. */
export function workerMetrics(db: Queryable, loop: WorkLoop): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "waybill_worker_" });
  const registers = [registry];
  new Gauge({
    name: "waybill_due_work_age_seconds",
    help: "Age of the oldest work that is due and that nobody holds",
    registers,
    async collect() {
      const [row] = await db.query<{ age: number | null }>(
        sql`select extract(epoch from now() - min(due_at))::float8 as age from step
             where status = 'due' and due_at <= now() and (lease_until is null or lease_until <= now())`,
      );
      this.set(row?.age ?? 0);
    },
  });
  new Gauge({
    name: "waybill_open_promotions",
    help: "Promotions that have not ended, by phase",
    labelNames: ["project", "phase"],
    registers,
    async collect() {
      this.reset();
      const rows = await db.query<{ project: string; phase: string; count: number }>(
        sql`select project, phase, count(*) as count from promotion where ended_at is null group by project, phase`,
      );
      for (const { project, phase, count } of rows) this.set({ project, phase }, count);
    },
  });
  new Gauge({
    name: "waybill_drifted_deployments",
    help: "Deployments that run something else than they should",
    labelNames: ["project"],
    registers,
    async collect() {
      this.reset();
      const rows = await db.query<{ project: string; count: number }>(
        sql`select project, count(*) as count from deployment where drift_digest is not null group by project`,
      );
      for (const { project, count } of rows) this.set({ project }, count);
    },
  });
  new Gauge({
    name: "waybill_due_notification_age_seconds",
    help: "Age of the oldest notification that is due and that nobody holds",
    registers,
    async collect() {
      const [row] = await db.query<{ age: number | null }>(
        sql`select extract(epoch from now() - min(due_at))::float8 as age from notification
             where status = 'due' and due_at <= now() and (lease_until is null or lease_until <= now())`,
      );
      this.set(row?.age ?? 0);
    },
  });
  new Gauge({
    name: "waybill_dead_notifications",
    help: "Notifications that were given up and not sent again",
    labelNames: ["project"],
    registers,
    async collect() {
      this.reset();
      const rows = await db.query<{ project: string; count: number }>(
        sql`select project, count(*) as count from notification where status = 'dead' group by project`,
      );
      for (const { project, count } of rows) this.set({ project }, count);
    },
  });
  new Counter({
    name: "waybill_steps_total",
    help: "Steps that this process ended, by how",
    labelNames: ["outcome"],
    registers,
    collect() {
      this.reset();
      this.inc({ outcome: "done" }, loop.stepsDone);
      this.inc({ outcome: "error" }, loop.stepsFailed);
    },
  });
  return registry;
}
