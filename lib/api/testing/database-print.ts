import { connect } from "@/lib/db/connect";

/** What changes without anybody having done anything: uses of tokens, and what an observer sees again and again. */
const passing: Record<string, string[]> = {
  api_token: ["used_at"],
  connection: ["checked_at", "trouble"],
  deployment: ["observed_at", "observation", "ready", "desired", "health", "health_reason", "health_since"],
};

/** Reads, table by table, a print of everything in a database: equal where nothing was written in between. */
export interface DatabasePrints {
  take(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** `url` is the superuser's, who sees every table. */
export async function openDatabasePrints(url: string): Promise<DatabasePrints> {
  const client = await connect(url, { name: "waybill test" });
  const { rows } = await client.query<{ name: string }>(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by tablename",
  );
  const parts = rows.map(({ name }) => {
    const without = (passing[name] ?? []).map((column) => ` - '${column}'`).join("");
    return `select '${name}' as name, md5(coalesce(string_agg(r.j::text, '|' order by r.j::text), '')) as print
              from (select to_jsonb(t)${without} as j from ${name} t) r`;
  });
  return {
    async take() {
      const prints = await client.query<{ name: string; print: string }>(parts.join(" union all "));
      return Object.fromEntries(prints.rows.map(({ name, print }) => [name, print]));
    },
    close: () => client.end(),
  };
}
