import { PrismaPg } from "@prisma/adapter-pg";
import { checkDatabaseUrl } from "@/lib/db/connect";
import { DatabaseError } from "@/lib/db/database-error";
import { PrismaClient } from "@/lib/db/generated/client";

export interface DatabaseOptions {
  /** Connections this process may hold; WAYBILL_DATABASE_POOL or 10 unless told. */
  poolSize?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}

/** A Prisma client with a connection pool of its own; the caller disconnects it. Throws for a malformed address. */
export function createDatabase(url: string, options: DatabaseOptions = {}): PrismaClient {
  checkDatabaseUrl(url);
  const adapter = new PrismaPg({
    connectionString: url,
    max: options.poolSize ?? defaultPoolSize(),
    connectionTimeoutMillis: 5_000,
    application_name: options.applicationName ?? "waybill",
  });
  return new PrismaClient({ adapter });
}

function defaultPoolSize(): number {
  const text = process.env.WAYBILL_DATABASE_POOL;
  if (text === undefined || text === "") return 10;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > 500) {
    throw new DatabaseError(`WAYBILL_DATABASE_POOL is "${text}": expected a whole number from 1 to 500.`);
  }
  return size;
}

/** The address web and worker use: the application's role (WAYBILL_DATABASE_URL), else DATABASE_URL. */
export function databaseUrl(): string {
  const url = process.env.WAYBILL_DATABASE_URL || process.env.DATABASE_URL;
  if (!url) {
    throw new DatabaseError(
      "No database: set DATABASE_URL (postgresql://user:password@host:5432/database), or start with npm start.",
    );
  }
  return url;
}

// Next's dev server evaluates modules anew on every change; a pool each time would exhaust the server.
const globalWithDatabase = globalThis as typeof globalThis & { waybillDatabase?: PrismaClient };

/** This process's one client, made at first use. */
export function getDatabase(): PrismaClient {
  globalWithDatabase.waybillDatabase ??= createDatabase(databaseUrl());
  return globalWithDatabase.waybillDatabase;
}
