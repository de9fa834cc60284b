import { describeDatabaseUrl } from "@/lib/db/database-error";
import { type PostgresServer, startPostgres } from "@/lib/db/embedded/postgres";
import { identifyProcess } from "@/lib/db/embedded/process-identity";
import { ensureDatabase } from "@/lib/db/embedded/waybill-database";
import { prepareDatabase } from "@/lib/db/prepare";
import { appRolePassword } from "@/lib/db/roles";
import type { Home } from "./home";
import { StartError } from "./start-error";

export interface StartedDatabase {
  /** For web and worker. */
  url: string;
  /** Why there is no separate application role; "" where there is one. */
  roleSeparation: string;
  stop(): Promise<void>;
}

export interface DatabaseReports {
  say(line: string): void;
  onFatal(error: StartError): void;
}

/** Brings the database up: the one that DATABASE_URL names, or an embedded one; roles, migrations, rights. */
export async function startDatabase(
  home: Home,
  secret: string,
  given: { databaseUrl: string | undefined; appUrl: string | undefined },
  reports: DatabaseReports,
): Promise<StartedDatabase> {
  const embedded = given.databaseUrl === undefined ? await EmbeddedDatabase.start(home, reports) : undefined;
  try {
    const ownerUrl = given.databaseUrl ?? (await ensureDatabase(embedded?.superuserUrl ?? "", "waybill"));
    const prepared = await prepareDatabase({
      ownerUrl,
      adminUrl: embedded?.superuserUrl,
      appPassword: appRolePassword(secret),
      appUrl: given.appUrl,
    });
    const { applied, already } = prepared;
    const schema = applied.length > 0 ? `${applied.length} migrations applied` : `${already} migrations, all applied`;
    reports.say(`database     ${embedded?.describe() ?? describeDatabaseUrl(ownerUrl)}; ${schema}`);
    if (!prepared.separateRole) {
      reports.say(
        `             no separate role for the application: ${prepared.reason}. The ledger is guarded by its triggers alone`,
      );
    }
    return {
      url: prepared.url,
      roleSeparation: prepared.separateRole ? "" : prepared.reason,
      stop: async () => await embedded?.stop(),
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** An embedded Postgres that is started again, on the same port, should it die. */
class EmbeddedDatabase {
  private stopping = false;

  private constructor(
    private readonly home: Home,
    private readonly reports: DatabaseReports,
    private readonly password: string,
    private server: PostgresServer,
  ) {}

  static async start(home: Home, reports: DatabaseReports): Promise<EmbeddedDatabase> {
    const password = await home.secret("postgres-secret");
    const server = await EmbeddedDatabase.launch(home, password, undefined);
    const database = new EmbeddedDatabase(home, reports, password, server);
    database.watch();
    return database;
  }

  private static async launch(home: Home, password: string, port: number | undefined): Promise<PostgresServer> {
    const server = await startPostgres({
      dataFolder: home.path("postgres"),
      logFile: home.path("logs", "postgres.log"),
      password,
      port,
    });
    const identity = identifyProcess(server.pid);
    if (identity !== undefined) await home.noteChild("database", identity);
    return server;
  }

  get superuserUrl(): string {
    return this.server.superuserUrl;
  }

  describe(): string {
    return `embedded Postgres on 127.0.0.1:${this.server.port}, data in ${this.server.dataFolder}`;
  }

  private watch(): void {
    void this.server.ended.then(async () => {
      if (this.stopping) return;
      this.reports.say("the database ended; it is started again");
      try {
        const { port } = this.server;
        this.server = await EmbeddedDatabase.launch(this.home, this.password, port);
        if (this.server.port !== port) throw new StartError(`its port ${port} was taken meanwhile. Start again.`);
        this.watch();
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        this.reports.onFatal(new StartError(`the database ended and could not be started again: ${said}`));
      }
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.server.stop();
  }
}
