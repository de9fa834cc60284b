import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createKubernetesTarget } from "@/lib/adapters/kubernetes/target";
import {
  deployment,
  deploymentRef,
  digestOf,
  pod,
  replicaSet,
  repository,
} from "@/lib/adapters/kubernetes/testing/objects-for-tests";
import { Observations } from "@/lib/adapters/kubernetes/testing/observations";
import { type ScriptedApi, sendJson, startScriptedApi, status } from "@/lib/adapters/kubernetes/testing/scripted-api";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Kind = "deployments" | "replicasets" | "pods";
interface Listing {
  kind: Kind;
  /** The resourceVersion that a watch starts from; undefined for a list. */
  from: string | undefined;
  url: URL;
  response: ServerResponse;
}

const pinned = (hex: string) => `${repository}@${digestOf(hex)}`;
const objects: Record<Kind, object[]> = {
  deployments: [deployment({ image: pinned("a") })],
  replicasets: [replicaSet("set", 1, pinned("a"))],
  pods: [pod("p", "set", pinned("a"))],
};
const list = (kind: Kind, items: object[] = objects[kind], version = "100") => ({
  kind: `${{ deployments: "Deployment", replicasets: "ReplicaSet", pods: "Pod" }[kind]}List`,
  metadata: { resourceVersion: version },
  items,
});
const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const changedTo = (hex: string, version: string) => {
  const object = deployment({ image: pinned(hex) });
  return { ...object, metadata: { ...object.metadata, resourceVersion: version } };
};

/** Lists and quiet watches by default; `special` answers what a test is about, and says whether it did. */
async function watchScripted(
  special: (listing: Listing) => boolean,
  options: { refs?: KubernetesTargetRef[]; pollMs?: number } = {},
): Promise<{ api: ScriptedApi; observations: Observations }> {
  const api = await startScriptedApi((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? "/", "http://cluster");
    const kind = url.pathname.split("/").at(-1) as Kind;
    const from = url.searchParams.has("watch") ? (url.searchParams.get("resourceVersion") ?? "") : undefined;
    if (special({ kind, from, url, response })) return;
    if (from === undefined) sendJson(response, 200, list(kind));
    else response.writeHead(200).flushHeaders();
  });
  cleanups.push(() => api.close());
  const target = createKubernetesTarget({
    name: "test",
    kubeconfig: api.kubeconfig,
    requestTimeoutMs: 30_000,
    pollMs: options.pollMs ?? 50,
    random: () => 0,
  });
  const observations = new Observations(target, options.refs ?? [deploymentRef]);
  cleanups.push(() => observations.stop());
  return { api, observations };
}

const watchesOf = (api: ScriptedApi, kind: Kind) => api.requests.filter((line) => line.includes(`/${kind}?watch=true`));
const listsOf = (api: ScriptedApi, kind: Kind) => api.requests.filter((line) => line.includes(`/${kind}?limit=`));

describe("a watch", () => {
  it("shares one list and one watch a kind among all refs of a namespace", async () => {
    const other = { ...deploymentRef, workload: { kind: "deployment", name: "other" } as const };
    const { api, observations } = await watchScripted(() => false, { refs: [deploymentRef, other] });
    await observations.see(deploymentRef, ({ exists }) => exists, { what: "the deployment" });
    await observations.see(other, ({ exists }) => !exists, { what: "that the other does not exist" });
    const kinds = ["deployments", "replicasets", "pods"] as const;
    await api.until(() => kinds.every((kind) => watchesOf(api, kind).length > 0));
    for (const kind of kinds) {
      expect(listsOf(api, kind)).toHaveLength(1);
      expect(watchesOf(api, kind)).toHaveLength(1);
    }
  });

  it("tells many changes at once as one, and nothing where nothing changed", async () => {
    let watch: ServerResponse | undefined;
    const { observations } = await watchScripted(({ kind, from, response }) => {
      if (kind !== "deployments" || from === undefined) return false;
      response.writeHead(200).flushHeaders();
      watch = response;
      return true;
    });
    await observations.see(deploymentRef, ({ exists }) => exists, { what: "the first" });
    expect(observations.all).toHaveLength(1);
    const burst = Array.from({ length: 50 }, (_, index) => event("MODIFIED", changedTo("b", String(101 + index))));
    watch?.write(burst.join(""));
    await observations.see(deploymentRef, ({ resourceVersion }) => resourceVersion === "150", { what: "the last" });
    expect(observations.all).toHaveLength(2);
    // The same object again, then a different one: only the different one is told.
    watch?.write(event("MODIFIED", changedTo("b", "150")));
    watch?.write(event("MODIFIED", changedTo("c", "151")));
    await observations.see(deploymentRef, ({ specDigest }) => specDigest === digestOf("c"), { what: "the change" });
    expect(observations.all).toHaveLength(3);
  });

  it("goes on from the last version, bookmarks included, when the server ends it in peace", async () => {
    let watches = 0;
    const { api, observations } = await watchScripted(({ kind, from, response }) => {
      if (kind !== "deployments" || from === undefined) return false;
      watches += 1;
      response.writeHead(200);
      if (watches === 1) response.end(event("MODIFIED", changedTo("b", "120")));
      else if (watches === 2) response.end(event("BOOKMARK", { metadata: { resourceVersion: "130" } }));
      else response.write(event("MODIFIED", changedTo("c", "131")));
      return true;
    });
    await observations.see(deploymentRef, ({ specDigest }) => specDigest === digestOf("c"), {
      what: "the third watch",
    });
    const versions = watchesOf(api, "deployments").map((line) => /resourceVersion=(\d+)/.exec(line)?.[1]);
    expect(versions).toEqual(["100", "120", "130"]);
    expect(listsOf(api, "deployments")).toHaveLength(1);
    expect(observations.troubles).toEqual([]);
  });

  it.each(["as an event", "as the answer"])(
    "lists anew at once after 410 %s, without calling it trouble",
    async (how) => {
      let lists = 0;
      const gone = status(410, "Expired", "too old resource version");
      const { observations } = await watchScripted(({ kind, from, response }) => {
        if (kind !== "deployments") return false;
        if (from === undefined) {
          lists += 1;
          sendJson(
            response,
            200,
            list(kind, lists === 1 ? undefined : [changedTo("b", "200")], lists === 1 ? "100" : "200"),
          );
          return true;
        }
        if (from !== "100") return false;
        if (how === "as the answer") sendJson(response, 410, gone);
        else response.writeHead(200).end(event("ERROR", gone));
        return true;
      });
      await observations.see(deploymentRef, ({ specDigest }) => specDigest === digestOf("b"), { what: "the new list" });
      expect(observations.troubles).toEqual([]);
    },
  );

  it("forgets what a new list no longer holds", async () => {
    let lists = 0;
    const { observations } = await watchScripted(({ kind, from, response }) => {
      if (kind !== "deployments") return false;
      if (from === undefined) sendJson(response, 200, list(kind, lists++ === 0 ? undefined : [], "200"));
      else if (lists === 1) response.writeHead(200).end(event("ERROR", status(410, "Expired", "old")));
      else response.writeHead(200).flushHeaders();
      return true;
    });
    await observations.see(deploymentRef, ({ exists }) => !exists, { what: "that it is gone" });
  });

  it("polls while watching fails, tells each time, and says why", async () => {
    let lists = 0;
    const { observations } = await watchScripted(({ kind, from, response }) => {
      if (kind !== "deployments") return false;
      if (from !== undefined) sendJson(response, 403, status(403, "Forbidden", "may not watch"));
      else sendJson(response, 200, list(kind, [changedTo("b", String(200 + lists++))]));
      return true;
    });
    await observations.see(deploymentRef, ({ resourceVersion }) => Number(resourceVersion) >= 203, {
      what: "the fourth list",
    });
    expect(observations.troubles[0]).toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("may not watch"),
    });
  });

  it("does not spin where the server closes every watch at once", async () => {
    const { api, observations } = await watchScripted(
      ({ kind, from, response }) => {
        if (kind !== "deployments" || from === undefined) return false;
        response.writeHead(200).end();
        return true;
      },
      { pollMs: 400 },
    );
    const before = performance.now();
    await observations.until(() => observations.troubles.length >= 3, "the third trouble");
    // random() is 0: half of 400 ms lies between each two of them.
    expect(performance.now() - before).toBeGreaterThan(350);
    expect(watchesOf(api, "deployments").length).toBeLessThanOrEqual(4);
    expect(observations.troubles[0]?.message).toContain("closed at once");
  });

  it.each([
    ["nonsense", "<html>\n"],
    ["an event without an object", '{"type":"MODIFIED"}\n'],
    ["an error of the server", event("ERROR", status(500, "InternalError", "etcd is gone"))],
  ])("lists anew after %s", async (_, line) => {
    let watches = 0;
    const { api, observations } = await watchScripted(({ kind, from, response }) => {
      if (kind !== "deployments" || from === undefined || watches++ > 0) return false;
      response.writeHead(200).end(line);
      return true;
    });
    await observations.until(() => observations.troubles.length === 1, "the trouble");
    // The trouble may come before the first list was told: what is seen next need not be of the second.
    await api.until(() => listsOf(api, "deployments").length === 2);
    await observations.see(deploymentRef, ({ exists }) => exists, { what: "the deployment" });
    expect(listsOf(api, "deployments")).toHaveLength(2);
    expect(observations.troubles).toHaveLength(1);
  });

  it("says nothing while a part is unknown, and tells again once it is known", async () => {
    let forbidden = true;
    const { observations } = await watchScripted(({ kind, from, response }) => {
      if (kind !== "pods" || from !== undefined || !forbidden) return false;
      sendJson(response, 403, status(403, "Forbidden", "pods is forbidden"));
      return true;
    });
    await observations.until(() => observations.troubles.length >= 2, "the second trouble");
    expect(observations.all).toEqual([]);
    forbidden = false;
    const seen = await observations.see(deploymentRef, () => true, { what: "the observation" });
    expect(seen.pods).toHaveLength(1);
  });

  it("tells the same again after trouble, so that the trouble is known to be over", async () => {
    let broken: ServerResponse | undefined;
    const { api, observations } = await watchScripted(({ kind, from, response }) => {
      if (kind !== "pods" || from === undefined || broken) return false;
      response.writeHead(200).flushHeaders();
      broken = response;
      return true;
    });
    await observations.see(deploymentRef, ({ exists }) => exists, { what: "the first" });
    // What was listed may be told before the watch that follows has come.
    await api.until(() => broken !== undefined);
    broken?.destroy();
    await observations.see(deploymentRef, ({ exists }) => exists, { what: "the same again", fresh: true });
    expect(observations.troubles).toHaveLength(1);
    expect(observations.all).toHaveLength(2);
  });

  it("reads a long list page by page", async () => {
    const { observations } = await watchScripted(({ kind, from, url, response }) => {
      if (kind !== "pods" || from !== undefined) return false;
      const page = Number(url.searchParams.get("continue") ?? 0);
      const answer = list(kind, [pod(`p-${page}`, "set", pinned("a"))]);
      const metadata = page < 2 ? { ...answer.metadata, continue: String(page + 1) } : answer.metadata;
      sendJson(response, 200, { ...answer, metadata });
      return true;
    });
    const seen = await observations.see(deploymentRef, () => true, { what: "the pods" });
    expect(seen.pods.map(({ name }) => name)).toEqual(["p-0", "p-1", "p-2"]);
  });

  it("survives a listener that throws", async () => {
    const api = await startScriptedApi((request, response) => {
      const url = new URL(request.url ?? "/", "http://cluster");
      if (url.searchParams.has("watch")) response.writeHead(200).flushHeaders();
      else sendJson(response, 200, list(url.pathname.split("/").at(-1) as Kind));
    });
    cleanups.push(() => api.close());
    const target = createKubernetesTarget({ name: "test", kubeconfig: api.kubeconfig, requestTimeoutMs: 30_000 });
    const controller = new AbortController();
    const troubles: string[] = [];
    const on = {
      observation: () => {
        throw new Error("the listener's own");
      },
      trouble: (error: Error) => {
        troubles.push(error.message);
        controller.abort();
      },
    };
    await target.watch([deploymentRef], on, controller.signal);
    expect(troubles).toEqual(["the listener's own"]);
  });

  it("leaves out a ref with a name that would lead elsewhere", async () => {
    const strange = { ...deploymentRef, namespace: "../../secrets" };
    const { api, observations } = await watchScripted(() => false, { refs: [strange, deploymentRef] });
    await observations.see(deploymentRef, ({ exists }) => exists, { what: "the sound one" });
    expect(observations.troubles[0]).toMatchObject({ code: "invalid" });
    expect(api.requests.join()).not.toContain("secrets");
  });

  it("that is over before it began asks nothing", async () => {
    const api = await startScriptedApi((_, response) => sendJson(response, 200, {}));
    cleanups.push(() => api.close());
    const target = createKubernetesTarget({ name: "test", kubeconfig: api.kubeconfig, requestTimeoutMs: 30_000 });
    const on = { observation: () => undefined, trouble: () => undefined };
    await target.watch([deploymentRef], on, AbortSignal.abort());
    expect(api.requests).toEqual([]);
  });
});

describe("a target", () => {
  it.each(["..", "a/b", "UPPER", "", "a..b"])("is not asked for a workload named %j", async (name) => {
    const api = await startScriptedApi((_, response) => sendJson(response, 200, {}));
    cleanups.push(() => api.close());
    const target = createKubernetesTarget({ name: "test", kubeconfig: api.kubeconfig, requestTimeoutMs: 30_000 });
    const ref = { ...deploymentRef, workload: { kind: "deployment", name } as const };
    await expect(target.observe(ref)).rejects.toMatchObject({ code: "invalid" });
    expect(api.requests).toEqual([]);
  });

  it("fails its check where something else than Kubernetes answers", async () => {
    const api = await startScriptedApi((_, response) => sendJson(response, 200, { ok: true }));
    cleanups.push(() => api.close());
    const target = createKubernetesTarget({ name: "test", kubeconfig: api.kubeconfig, requestTimeoutMs: 30_000 });
    await expect(target.check()).rejects.toMatchObject({ code: "badResponse" });
  });

  it("says that it does not know where a write got no answer", async () => {
    const api = await startScriptedApi((request, response) => {
      if (request.method === "GET") sendJson(response, 200, deployment({ image: pinned("a") }));
    });
    cleanups.push(() => api.close());
    const target = createKubernetesTarget({ name: "test", kubeconfig: api.kubeconfig, requestTimeoutMs: 30_000 });
    const hasty = createKubernetesTarget({ name: "test", kubeconfig: api.kubeconfig, requestTimeoutMs: 200 });
    const change = {
      image: repository,
      digest: digestOf("b"),
      promotion: "prm_1",
      generation: 1,
      strategy: { kind: "rolling" },
    } as const;
    const plan = await target.plan(deploymentRef, change);
    await expect(hasty.apply(deploymentRef, change, plan)).rejects.toMatchObject({ code: "timeout", retryable: true });
  });
});
