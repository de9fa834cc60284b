import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { connect } from "@/lib/db/connect";
import { type RunningNote, readRunningNote } from "../start/home";
import { type Outcome, single } from "./outcome";

/** Secrets that are seeded into a product under test, by the variable that holds each. */
export type Canaries = Readonly<Record<string, string>>;

const references = ["REGISTRY_USERNAME", "REGISTRY_PASSWORD", "METRICS_TOKEN", "METRICS_PASSWORD", "SMTP_PASSWORD"];

/** One for the sessions' key, one for what a service prints, one for each credential that e2e/secrets-stay-inside.spec.ts puts into a connection. */
export function makeCanaries(): Canaries {
  const canary = (name: string) =>
    `canary-${name.toLowerCase().replaceAll("_", "-")}-${randomBytes(16).toString("hex")}`;
  return {
    WAYBILL_SECRET: canary("session"),
    // What a crashing service of the demo prints: sandbox/seed-platforms.ts.
    CANARY_LOGGED: canary("logged"),
    ...Object.fromEntries(references.map((name) => [`CANARY_${name}`, canary(name)])),
  };
}

/** Where texts of the product are found: a name for people, and the text. */
type Place = [name: string, text: string];

/**
 * Searches what a product wrote and answers, after it was used, for its secrets: the canaries, the cluster's token and the
 * database's password, each as it is and in base64. `expectSeeds`: the connections with canaries must be there.
 */
export async function searchForCanaries(
  product: { url: string; home: string; canaries: Canaries },
  expectSeeds: boolean,
): Promise<Outcome> {
  const note = await readRunningNote(product.home);
  if (note?.databaseUrl === undefined) return single("canaries: the product does not run any more", false);
  const secrets = { ...product.canaries, ...(await secretsOf(note)) };
  const database = await databaseTexts(note.databaseUrl);
  const places = [...(await logTexts(product.home)), ...database, ...(await webTexts(product.url))];
  const failed = findSecrets(places, secrets);
  // A search that finds nothing must be able to find something.
  const all = places.map(([, text]) => text).join("\n");
  if (!all.includes("veza")) failed.push("canaries: nothing of the product was searched");
  if (expectSeeds && !database.some(([, text]) => text.includes("env:CANARY_REGISTRY_PASSWORD")))
    failed.push("canaries: no credential was seeded");
  console.log(`canaries: ${Object.keys(secrets).length} secrets searched for in ${places.length} places`);
  return failed.length > 0 ? { passed: 0, failed, skipped: [] } : single("canaries", true);
}

/** A line for each secret and place that holds it, plainly or inside something in base64. */
export function findSecrets(places: readonly Place[], secrets: Readonly<Record<string, string>>): string[] {
  return places.flatMap(([name, text]) =>
    Object.entries(secrets).flatMap(([secret, value]) =>
      formsOf(value).some((form) => text.includes(form)) ? [`canaries: ${secret} stands in ${name}`] : [],
    ),
  );
}

function formsOf(secret: string): string[] {
  // Of base64, what does not depend on what stands before: three ways to begin, without their first and last signs.
  const inBase64 = ["", "x", "xx"].map((before) =>
    Buffer.from(before + secret)
      .toString("base64")
      .slice(4, -4),
  );
  return [secret, ...inBase64];
}

/** The credentials that a start makes by itself. */
async function secretsOf({ databaseUrl, sandbox }: RunningNote): Promise<Record<string, string>> {
  const { kubeconfigPath } = sandbox as { kubeconfigPath: string };
  const token = /token"?: ?"?([^"\s]+)/.exec(await readFile(kubeconfigPath, "utf8"))?.[1];
  const { password } = new URL(databaseUrl ?? "");
  return { ...(token && { "the cluster's token": token }), ...(password && { "the database's password": password }) };
}

async function logTexts(home: string): Promise<Place[]> {
  const folder = path.join(home, "logs");
  const files = await readdir(folder);
  return Promise.all(
    files.map(async (file): Promise<Place> => [`logs/${file}`, await readFile(path.join(folder, file), "utf8")]),
  );
}

/** Every row of every table that the application may read, the ledger among them. */
async function databaseTexts(url: string): Promise<Place[]> {
  const client = await connect(url, { name: "waybill test" });
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables
        where schemaname = 'public' and has_table_privilege(format('%I.%I', schemaname, tablename), 'select')`,
    );
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
      places.push([`table ${name}`, rows.map(({ row }) => row).join("\n")]);
    }
    return places;
  } finally {
    await client.end();
  }
}

/** So long a page may take to be answered whole, at the end of a run. */
const answerMs = 120_000;

const settings = ["file", "connections", "people", "tokens", "installation"];
const pages = [
  "/",
  "/promotions",
  "/promotions/veza-1",
  "/approvals",
  "/services",
  "/releases",
  "/environments",
  "/history",
];
const answers = [
  ...[
    "matrix",
    "overview",
    "environments",
    "promotions",
    "releases",
    "services",
    "approvals",
    "shell",
    "palette?text=ve",
  ],
  ...["history?project=veza", "history?project=@instance", "history-csv?project=veza", "history-csv?project=@instance"],
  ...["ledger-export?project=veza", "ledger-export?project=@instance", "settings/installation"],
  ...settings.slice(0, 4).map((tab) => `settings/${tab}?project=veza`),
];
const api = ["matrix", "releases", "promotions", "tokens", "ledger/veza", "ledger/veza/export", "openapi.json"];

/** What an administrator of the installation is answered: pages, their RSC payloads, views, the API, exports, events. */
async function webTexts(url: string): Promise<Place[]> {
  const cookie = await signIn(url);
  const paths = [
    ...[...pages, ...settings.map((tab) => `/settings/${tab}`), "/sign-in"].flatMap((page) => [page, `RSC ${page}`]),
    ...answers.map((view) => `/api/view/${view}`),
    ...api.map((one) => `/api/v1/${one}`),
    ...["/api/metrics", "/api/health/ready", "/api/auth/session", "/api/auth/providers"],
  ];
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { headers: { cookie, ...headers }, signal: AbortSignal.timeout(answerMs) });
  const failed = await ask("/api/v1/promotions?project=veza&open=false");
  const { items } = (await failed.json()) as { items: { id: string; phase: string }[] };
  for (const { id } of items.filter(({ phase }) => phase === "rolledBack")) {
    paths.push(`/promotions/${id}`, `/api/view/promotions/${id}/evidence`, `/api/v1/promotions/${id}/evidence`);
  }
  const places: Place[] = [];
  for (const one of paths) {
    const answer = await ask(one.replace("RSC ", ""), one.startsWith("RSC ") ? { rsc: "1" } : {});
    places.push([one, await answer.text()]);
  }
  return [...places, ["the stream of events", await firstEvents(await ask("/api/events"))]];
}

async function firstEvents({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  let text = "";
  // It says that it hears before anything else.
  while (reader && !text.includes("event: ready")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  await reader?.cancel();
  return text;
}

async function signIn(url: string): Promise<string> {
  const first = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken } = (await first.json()) as { csrfToken: string };
  const body = new URLSearchParams({ person: "ada", csrfToken, callbackUrl: url, json: "true" });
  const headers = { cookie: cookiesOf(first) };
  const second = await fetch(`${url}/api/auth/callback/demo`, { method: "POST", body, headers, redirect: "manual" });
  const cookie = `${headers.cookie}; ${cookiesOf(second)}`;
  if (!cookie.includes("waybill.session")) throw new Error(`the sign-in was answered ${second.status}`);
  return cookie;
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
}
