import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import pino from "pino";
import { createMailServer } from "@/lib/adapters/email/email";
import { createHttpJobs } from "@/lib/adapters/http-job/http-jobs";
import { createHttpPost } from "@/lib/adapters/http-post/http-post";
import { createKubernetesTarget } from "@/lib/adapters/kubernetes/target";
import { createOciRegistry } from "@/lib/adapters/oci/registry";
import { createProbe } from "@/lib/adapters/probe/probe";
import { createAlertmanager } from "@/lib/adapters/prometheus/alertmanager";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import { createSecretSource } from "@/lib/adapters/secrets/secret-source";
import { createSignatureVerifier } from "@/lib/adapters/sigstore/verifier";
import { createSlackApp } from "@/lib/adapters/slack/slack-app";
import { createSlackWebhook } from "@/lib/adapters/slack/slack-webhook";
import { createTeams } from "@/lib/adapters/teams/teams";
import { createAskWebhook } from "@/lib/adapters/webhook/ask-webhook";
import { createWebhook } from "@/lib/adapters/webhook/webhook";
import { getPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import type { ConnectionDocument, ConnectionKind } from "@/lib/pipeline/policy/connection";
import type { Channel } from "@/lib/pipeline/policy/notify";
import type { ArtifactRegistry } from "@/lib/ports/artifact-registry";
import type { ChatApp } from "@/lib/ports/chat-app";
import type { DeployTarget } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";
import type { HttpJobs } from "@/lib/ports/job-runner";
import type { MetricSource } from "@/lib/ports/metric-source";
import type { MailServer, Notifier } from "@/lib/ports/notifier";
import type { SecretSource } from "@/lib/ports/secret-source";
import type { World } from "@/lib/ports/world";

type Connection<Kind extends ConnectionKind> = Extract<ConnectionDocument, { kind: Kind }>;

/** One call to an outside system is given up after this. */
const callMs = 10_000;
/** A step makes a handful of calls between two looks at its lease; this is longer than all of them. */
const leaseMsDefault = 60_000;

/** The outside systems by the connections of the database. Adapters are kept while their connection stays the same. */
export function composeWorld(pool: Pool, secrets: SecretSource): World {
  const built = new Map<string, { version: number; adapter: unknown }>();

  async function find<Kind extends ConnectionKind, Adapter>(
    project: string,
    name: string,
    kinds: Kind | readonly Kind[],
    build: (connection: Connection<Kind>) => Adapter,
  ): Promise<Adapter> {
    const wanted: readonly ConnectionKind[] = typeof kinds === "string" ? [kinds] : kinds;
    const [row] = await pool.query<{ version: number; spec: ConnectionDocument }>(
      sql`select version, spec from connection where name = ${name} and ${project} = any(projects)`,
    );
    if (!row || !wanted.includes(row.spec.kind)) {
      const message = row
        ? `it is a ${row.spec.kind} connection, not a ${wanted.join(" or ")} one`
        : `project ${project} has no such connection`;
      throw new ExternalError({ system: `connection ${name}`, code: "misconfigured", message, retryable: true });
    }
    const known = built.get(name);
    if (known?.version === row.version) return known.adapter as Adapter;
    const adapter = build(row.spec as Connection<Kind>);
    built.set(name, { version: row.version, adapter });
    return adapter;
  }

  const chat: World["chat"] = (project, name) => find(project, name, "slack", (one) => buildChat(one, secrets));
  const mail: World["mail"] = (project, name) => find(project, name, "smtp", (one) => buildMail(one, secrets));
  return {
    chat,
    mail,
    notifier: (project, channel) => buildNotifier(project, channel, { chat, mail }, secrets),
    registry: (project, name) => find(project, name, "registry", (connection) => buildRegistry(connection, secrets)),
    target: (project, name) => find(project, name, "kubernetes", (connection) => buildTarget(connection, secrets)),
    metrics: (project, name) =>
      find(project, name, ["prometheus", "alertmanager"], (connection) => buildMetrics(connection, secrets)),
    httpJobs: async (project, { connection, start }) =>
      connection === undefined
        ? createHttpJobs({ system: `job ${start.split("/")[2]}`, timeoutMs: callMs })
        : find(project, connection, "http", (one) => buildHttpJobs(one, secrets)),
    outsideGate: ({ url, secret, timeoutMs }) =>
      createAskWebhook({ url, secret: () => secrets.resolve(secret), timeoutMs, post, now }),
    knownSecrets: (project) => loadKnownSecrets(pool, secrets, project),
    signatures: createSignatureVerifier((reference) => secrets.resolve(reference)),
    probe: createProbe({ timeoutMs: callMs, maxBytes: 256_000 }),
  };
}

/** Waybill's own, which no reference may name. */
const ownSecrets = ["DATABASE_URL", "NEXTAUTH_SECRET", "WAYBILL_SECRET", "OIDC_CLIENT_SECRET"];

/** Asked for at the moment of a redaction, and forgotten after it. What leads nowhere is no secret. */
async function loadKnownSecrets(pool: Pool, secrets: SecretSource, project: string): Promise<string[]> {
  const rows = await pool.query<{ reference: string }>(
    sql`select distinct found #>> '{}' as reference
          from (select spec as whole from connection where ${project} = any(projects)
                union all select channel from subscription where project = ${project}
                union all select document from project where name = ${project}) w,
               jsonb_path_query(w.whole, '$.** ? (@.type() == "string" && @ like_regex "^(env|file):")') as found`,
  );
  const found = await Promise.allSettled(rows.map(({ reference }) => secrets.resolve(reference)));
  const own = ownSecrets.flatMap((name) => process.env[name] ?? []);
  const database = URL.parse(process.env.DATABASE_URL ?? "")?.password;
  return [
    ...found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    ...own,
    ...(database ? [database] : []),
  ];
}

/** A reference as something to ask at the moment of use; the value is never kept here. */
function ask(secrets: SecretSource, reference: string | undefined): (() => Promise<string>) | undefined {
  return reference === undefined ? undefined : () => secrets.resolve(reference);
}

function buildRegistry(connection: Connection<"registry">, secrets: SecretSource): ArtifactRegistry {
  const { name, url, realms, redirectHosts, insecureHttp, username, password } = connection;
  return createOciRegistry({
    name,
    url,
    allowedRealms: realms,
    allowedRedirectHosts: redirectHosts,
    allowInsecureHttp: insecureHttp,
    username: ask(secrets, username),
    password: ask(secrets, password),
  });
}

function buildTarget(connection: Connection<"kubernetes">, secrets: SecretSource): DeployTarget {
  const { name, access } = connection;
  if (access.kind === "inCluster")
    return createKubernetesTarget({ name, kubeconfig: { inCluster: true }, requestTimeoutMs: callMs });
  return createKubernetesTarget({
    name,
    kubeconfig: () => secrets.resolve(access.kubeconfig),
    requestTimeoutMs: callMs,
  });
}

function buildMetrics(connection: Connection<"prometheus" | "alertmanager">, secrets: SecretSource): MetricSource {
  const { kind, name, url, username, password, token } = connection;
  const [user, pass, bearer] = [username, password, token].map((reference) => ask(secrets, reference));
  const credentials = bearer ? { token: bearer } : user && pass ? { username: user, password: pass } : undefined;
  const options = { name, url, credentials };
  return kind === "alertmanager" ? createAlertmanager(options) : createPrometheus(options);
}

function buildHttpJobs({ name, url, ...login }: Connection<"http">, secrets: SecretSource): HttpJobs {
  const { username, password, token, headers = {} } = login;
  async function credentials(): Promise<Record<string, string>> {
    const own = Object.entries(headers).map(async ([key, one]) => [key, await secrets.resolve(one)] as const);
    const sent = Object.fromEntries(await Promise.all(own));
    if (token !== undefined) return { ...sent, authorization: `Bearer ${await secrets.resolve(token)}` };
    if (username === undefined || password === undefined) return sent;
    const pair = `${await secrets.resolve(username)}:${await secrets.resolve(password)}`;
    return { ...sent, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
  }
  return createHttpJobs({ system: `jobs ${name}`, origin: url, credentials, timeoutMs: callMs });
}

const post = createHttpPost({ timeoutMs: callMs });
const now = () => new Date().toISOString();

function buildChat({ name, api, token, signingSecret }: Connection<"slack">, secrets: SecretSource): ChatApp {
  return createSlackApp({
    ...{ name, api, post, timeoutMs: callMs },
    token: () => secrets.resolve(token),
    signingSecret: () => secrets.resolve(signingSecret),
  });
}

function buildMail(connection: Connection<"smtp">, secrets: SecretSource): MailServer {
  const { name, host, port, from, security, username, password } = connection;
  return createMailServer({
    ...{ name, host, port, from, security, timeoutMs: callMs },
    username: ask(secrets, username),
    password: ask(secrets, password),
  });
}

async function buildNotifier(
  project: string,
  channel: Channel,
  world: Pick<World, "chat" | "mail">,
  secrets: SecretSource,
): Promise<Notifier> {
  switch (channel.kind) {
    case "slackWebhook":
      return createSlackWebhook({ webhook: () => secrets.resolve(channel.webhook), post });
    case "slackApp":
      return (await world.chat(project, channel.connection)).channel(channel.channel);
    case "email":
      return (await world.mail(project, channel.connection)).to(channel.to);
    case "teams":
      return createTeams({ webhook: () => secrets.resolve(channel.webhook), post });
    case "webhook":
      return createWebhook({ url: channel.url, secret: () => secrets.resolve(channel.secret), post, now });
    default:
      return channel satisfies never;
  }
}

const logger = pino({
  level: process.env.LOG_LEVEL ?? "info",
  base: { role: process.env.WAYBILL_ROLE ?? "all" },
  redact: ["*.password", "*.token", "*.authorization", "*.secret"],
});

/** Where links lead; a worker of a split deployment is told it by NEXTAUTH_URL, as the web process is. */
function publicUrl(env: NodeJS.ProcessEnv): string {
  return new URL(env.NEXTAUTH_URL || `http://127.0.0.1:${env.PORT || 3000}`).origin;
}

/** An engine over a pool, with an owner's name of its own. */
export function composeEngine(pool: Pool, world?: World): Engine {
  const secrets = createSecretSource({ env: process.env });
  return {
    pool,
    world: world ?? composeWorld(pool, secrets),
    now,
    publicUrl: publicUrl(process.env),
    owner: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    leaseMs: Number(process.env.WAYBILL_LEASE_MS) || leaseMsDefault,
    callMs,
    log: (level, message, facts) => logger[level](facts, message),
  };
}

// Next's dev server evaluates modules anew on every change.
const globalWithEngine = globalThis as typeof globalThis & { waybillEngine?: Engine };

/** This process's one engine, made at first use. */
export function getEngine(): Engine {
  globalWithEngine.waybillEngine ??= composeEngine(getPool());
  return globalWithEngine.waybillEngine;
}
