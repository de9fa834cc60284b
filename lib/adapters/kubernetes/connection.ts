import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { type DispatcherOptions, KubeConfig, RequestContext } from "@kubernetes/client-node";
import type { Dispatcher } from "undici";
import { misconfigured } from "@/lib/adapters/kubernetes/errors";
import { guardedLookup, refuseAddress } from "@/lib/net/guarded-fetch";
import { ExternalError } from "@/lib/ports/external-error";

/** Where the credentials come from: the text of a kubeconfig, read anew for every call, or the pod's own account. */
export type KubeconfigSource = (() => Promise<string>) | { inCluster: true };

/** One call's address, headers with credentials, and the pool of connections that it goes through. */
export interface Prepared {
  url: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher | undefined;
}

export interface Connection {
  prepare(method: "GET" | "PATCH" | "POST", path: string): Promise<Prepared>;
}

/** Connections are kept for this long, then built anew, so that a rotated certificate or authority is picked up. */
const poolMinutes = 5;

/**
 * A kubeconfig whose connections go only to addresses that may be asked. Through a SOCKS proxy, and behind any proxy, it is
 * the proxy that resolves names: the operator who wrote it into the kubeconfig chose what it reaches.
 */
class GuardedKubeConfig extends KubeConfig {
  override createDispatcherOptions(...args: Parameters<KubeConfig["createDispatcherOptions"]>): DispatcherOptions {
    const options = super.createDispatcherOptions(...args);
    if (options.type === "socks") return options;
    const connect = { ...(options.type === "none" ? {} : options.connect), lookup: guardedLookup() };
    return options.type === "proxy" ? { ...options, connect } : { type: "agent", connect };
  }
}

function checked(system: string, config: KubeConfig): KubeConfig {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw misconfigured(system, "the kubeconfig's current context names no cluster that it holds");
  if (!config.getCurrentUser())
    throw misconfigured(system, "the kubeconfig's current context names no user that it holds");
  const address = URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (address?.protocol !== "https:" && address?.protocol !== "http:")
    throw misconfigured(system, `the kubeconfig's server must be an https address, not "${cluster.server}"`);
  if (address.protocol === "http:" && !cluster.skipTLSVerify)
    throw misconfigured(
      system,
      `the kubeconfig's server ${address.origin} is http: credentials go over https only, unless its cluster says insecure-skip-tls-verify: true`,
    );
  const user = config.getCurrentUser();
  for (const [key, path] of [
    ["certificate-authority", cluster.caFile],
    ["client-certificate", user?.certFile],
    ["client-key", user?.keyFile],
  ])
    if (path && !isAbsolute(path))
      throw misconfigured(
        system,
        `the kubeconfig's ${key} "${path}" must be an absolute path, or be given as ${key}-data`,
      );
  return config;
}

/** Parse errors quote the text, which holds credentials: nothing of them may be passed on. */
function parse(system: string, text: string): KubeConfig {
  const config = new GuardedKubeConfig();
  try {
    config.loadFromString(text);
  } catch {
    throw misconfigured(system, "the kubeconfig cannot be read: it is not a kubeconfig in YAML or JSON");
  }
  return checked(system, config);
}

function fromPod(system: string): KubeConfig {
  if (!process.env.KUBERNETES_SERVICE_HOST)
    throw misconfigured(
      system,
      "inCluster is set, but this process does not run in a pod (no KUBERNETES_SERVICE_HOST)",
    );
  const config = new GuardedKubeConfig();
  config.loadFromCluster();
  return checked(system, config);
}

/**
 * Says how to reach the cluster that a kubeconfig's current context names. The source is asked for every call and the
 * parsed form is kept only while the text stays the same, so that a rotated credential counts at once.
 */
export function createConnection(system: string, source: KubeconfigSource): Connection {
  let kept: { hash: string; config: KubeConfig } | undefined;
  let asked: Promise<string> | undefined;
  let pool: { hash: string; dispatcher: Dispatcher; until: number } | undefined;

  /** Calls that begin together, as those of one look do, ask once: whoever comes while an answer is on its way shares it. */
  function textOf(read: () => Promise<string>): Promise<string> {
    asked ??= read().finally(() => {
      asked = undefined;
    });
    return asked;
  }

  async function current(): Promise<{ hash: string; config: KubeConfig }> {
    const text = typeof source === "function" ? await textOf(source) : "";
    const hash = createHash("sha256").update(text).digest("hex");
    if (kept?.hash !== hash)
      kept = { hash, config: typeof source === "function" ? parse(system, text) : fromPod(system) };
    return kept;
  }

  /** client-node builds an agent for each call; only the first is used, so that TLS is not negotiated every time. */
  function pooled(hash: string, fresh: Dispatcher | undefined): Dispatcher | undefined {
    if (!fresh) return undefined;
    if (pool && pool.hash === hash && pool.until > performance.now()) return pool.dispatcher;
    void pool?.dispatcher.close().catch(() => undefined);
    pool = { hash, dispatcher: fresh, until: performance.now() + poolMinutes * 60_000 };
    return fresh;
  }

  return {
    async prepare(method, path) {
      const { hash, config } = await current();
      const url = `${config.getCurrentCluster()?.server ?? ""}${path}`;
      refuseAddress(new URL(url).hostname);
      const context = new RequestContext(url, method);
      try {
        await config.applySecurityAuthentication(context);
      } catch (error) {
        if (error instanceof ExternalError) throw error;
        throw misconfigured(system, `the kubeconfig's credentials cannot be used: ${credentialTrouble(error)}`);
      }
      return { url, headers: context.getHeaders(), dispatcher: pooled(hash, context.getDispatcher()) };
    },
  };
}

/** A missing file may be named; what a credential command printed may hold a secret and may not. */
function credentialTrouble(error: unknown): string {
  if (error instanceof Error && "path" in error && "code" in error)
    return `${String(error.path)} (${String(error.code)})`;
  return "its credential plugin or certificate failed";
}
