import { KubeConfig, RequestContext } from "@kubernetes/client-node";
import { type BodyInit, fetch, type Response } from "undici";

export interface BareAnswer {
  status: number;
  // What a test expects of it is said by its matchers.
  body: {
    items?: unknown[];
    metadata?: Record<string, unknown>;
    spec?: Record<string, unknown>;
    [key: string]: unknown;
  };
}

const patchTypes = {
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/** One caller of a cluster's API, without anything of the adapter under test between it and the cluster. */
export class BareApi {
  readonly #config = new KubeConfig();

  constructor(kubeconfig: string) {
    this.#config.loadFromString(kubeconfig);
  }

  /** The answer as it comes, of any method; `type` is the body's content type. */
  async send(
    method: string,
    path: string,
    body?: BodyInit,
    type = "application/json",
    signal?: AbortSignal,
  ): Promise<Response> {
    const url = `${this.#config.getCurrentCluster()?.server}${path}`;
    const context = new RequestContext(url, "GET");
    await this.#config.applySecurityAuthentication(context);
    return fetch(url, {
      method,
      body,
      signal,
      headers: { ...context.getHeaders(), ...(body === undefined ? {} : { "content-type": type }) },
      dispatcher: context.getDispatcher(),
    });
  }

  async call(method: string, path: string, body?: unknown, type?: string): Promise<BareAnswer> {
    const answer = await this.send(method, path, body === undefined ? undefined : JSON.stringify(body), type);
    return { status: answer.status, body: (await answer.json()) as BareAnswer["body"] };
  }

  /** As `call`, but anything else than a success throws what the cluster said. */
  async must(method: string, path: string, body?: unknown, type?: string): Promise<BareAnswer["body"]> {
    const answer = await this.call(method, path, body, type);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body.message)}`);
  }

  patch(path: string, body: unknown): Promise<BareAnswer["body"]> {
    return this.must("PATCH", path, body, patchTypes.strategic);
  }

  /** Server-side apply, as `kubectl apply --server-side` does. */
  apply(path: string, body: unknown): Promise<BareAnswer["body"]> {
    return this.must("PATCH", `${path}?fieldManager=waybill-test`, body, patchTypes.apply);
  }
}

/** The same cluster through another user (`token`, `as`), as a kubeconfig of its own. */
export function kubeconfigWithUser(kubeconfig: string, change: Record<string, string>, keep: boolean): string {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const exported: { users: { name: string; user: Record<string, unknown> }[] } = JSON.parse(config.exportConfig());
  const name = config.getCurrentUser()?.name;
  for (const entry of exported.users) if (entry.name === name) entry.user = { ...(keep ? entry.user : {}), ...change };
  return JSON.stringify(exported);
}
