import type { Sandbox } from "../start-sandbox";

export interface ApiAnswer {
  status: number;
  // What a test expects is said by its matchers.
  body: Record<string, unknown> & { message?: string; metadata?: { resourceVersion?: string }; items?: unknown[] };
}

export interface ClusterClient {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body: unknown): Promise<ApiAnswer>;
  put(path: string, body: unknown): Promise<ApiAnswer>;
  patch(path: string, body: unknown, type?: "strategic-merge-patch" | "merge-patch" | "json-patch"): Promise<ApiAnswer>;
  remove(path: string): Promise<ApiAnswer>;
  /** The watch's events; leaving the loop ends it. */
  watch(path: string): AsyncGenerator<{ type: string; object: Record<string, unknown> }>;
}

/** Speaks to a sandbox's cluster with a token, by bare HTTP. */
export function clusterClient(sandbox: Sandbox, token: string | undefined = sandbox.tokens.admin): ClusterClient {
  const authorization: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
  async function call(method: string, path: string, body?: unknown, type = "application/json"): Promise<ApiAnswer> {
    const headers = { ...authorization, "content-type": type };
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(`${sandbox.clusterUrl}${path}`, { method, headers, body: sent });
    return { status: answer.status, body: (await answer.json()) as ApiAnswer["body"] };
  }
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
    patch: (path, body, type = "strategic-merge-patch") => call("PATCH", path, body, `application/${type}+json`),
    remove: (path) => call("DELETE", path),
    async *watch(path) {
      const answer = await fetch(`${sandbox.clusterUrl}${path}`, { headers: authorization });
      let text = "";
      const decoder = new TextDecoder();
      for await (const chunk of answer.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) if (line !== "") yield JSON.parse(line);
      }
    },
  };
}

/** A Deployment (or StatefulSet, which ignores what it does not know) of one container `app`. */
export function workload(name: string, image: string, spec: Record<string, unknown> = {}): Record<string, unknown> {
  const labels = { app: name };
  return {
    metadata: { name, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "app", image, env: [{ name: "A", value: "1" }] }] },
      },
      ...spec,
    },
  };
}
