import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClusterUnderTest, ContractFixture, changeTo } from "@/lib/adapters/kubernetes/testing/contract-fixture";
import type { CanaryRoute } from "@/lib/pipeline/rollout/canary-route";
import type { CanaryOutcome, CanaryTarget } from "@/lib/ports/canary-target";
import type { KubernetesTargetRef, TargetObservation } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

const timeoutMs = 90_000;
const by = { promotion: "prm_1", generation: 1 };
type RouterKind = "httpRoute" | "virtualService";

const header = { name: "canary", value: "true" };

/** A route as a team has it: a header's rule that always reaches the canary, and the rule that shares. */
function routeObject(kind: RouterKind, name: string) {
  if (kind === "httpRoute") {
    const to = (service: string, weight?: number) => ({
      name: service,
      port: 80,
      ...(weight === undefined ? {} : { weight }),
    });
    const rules = [
      { matches: [{ headers: [header] }], backendRefs: [to(`${name}-canary`)] },
      {
        matches: [{ path: { type: "PathPrefix", value: "/" } }],
        backendRefs: [to(name, 100), to(`${name}-canary`, 0)],
      },
    ];
    return { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata: { name }, spec: { rules } };
  }
  const to = (host: string, weight?: number) => ({
    destination: { host },
    ...(weight === undefined ? {} : { weight }),
  });
  const http = [
    { match: [{ headers: { canary: { exact: "true" } } }], route: [to(`${name}-canary`)] },
    { route: [to(name, 100), to(`${name}-canary`, 0)], retries: { attempts: 2 } },
  ];
  const spec = { hosts: [name], http };
  return { apiVersion: "networking.istio.io/v1", kind: "VirtualService", metadata: { name }, spec };
}

/** What every cluster has to hold for a canary, and Waybill's adapter with it. */
export function describeCanary(name: string, start: () => Promise<ClusterUnderTest>): void {
  describe(name, { timeout: timeoutMs }, () => {
    let fixture: ContractFixture;
    let canary: CanaryTarget;
    beforeAll(async () => {
      fixture = new ContractFixture(await start());
      const target = fixture.target.canary;
      if (!target) throw new Error("the target has no canary");
      canary = target;
    }, timeoutMs);
    afterAll(() => fixture?.cluster.close(), timeoutMs);
    afterEach(() => fixture.cleanUp(), timeoutMs);

    const namespacePath = (api: string) => `${api}/namespaces/${fixture.cluster.namespace}`;
    const routePath = (kind: RouterKind, name: string) =>
      kind === "httpRoute"
        ? `${namespacePath("/apis/gateway.networking.k8s.io/v1")}/httproutes/${name}`
        : `${namespacePath("/apis/networking.istio.io/v1")}/virtualservices/${name}`;

    async function make(path: string, object: { metadata: { name: string } }): Promise<void> {
      await fixture.admin.must("POST", path, object);
      fixture.atEnd(() => fixture.admin.call("DELETE", `${path}/${object.metadata.name}`));
    }

    async function makeService(name: string, selector: Record<string, string>): Promise<void> {
      const spec = { selector, ports: [{ port: 80 }] };
      await make(`${namespacePath("/api/v1")}/services`, { metadata: { name }, spec } as never);
    }

    /** Two stable pods, both Services and a route of `kind`; the canary's leftovers go with the test. */
    async function stage(kind: RouterKind) {
      const ref = fixture.refTo();
      const { name } = ref.workload;
      const first = await fixture.cluster.image("up");
      await fixture.create(ref, `${first.image}@${first.digest}`, { track: "stable" });
      await makeService(name, { app: name, track: "stable" });
      await makeService(`${name}-canary`, { app: name, track: "canary" });
      const path = routePath(kind, name);
      await make(path.slice(0, path.lastIndexOf("/")), routeObject(kind, name));
      fixture.atEnd(() => fixture.admin.call("DELETE", `${fixture.pathOf(ref)}-canary`));
      const route: CanaryRoute = { kind, name, stableService: name, canaryService: `${name}-canary` };
      return { ref, first, route, path };
    }

    /** The stable workload alone, behind nothing. */
    async function bare() {
      const ref = fixture.refTo();
      const first = await fixture.cluster.image("up");
      await fixture.create(ref, `${first.image}@${first.digest}`);
      fixture.atEnd(() => fixture.admin.call("DELETE", `${fixture.pathOf(ref)}-canary`));
      return { ref, first, route: { kind: "replicas" } as CanaryRoute };
    }

    /** As the engine does: a controller's write in between is no reason to stop. */
    async function settled(order: () => Promise<CanaryOutcome>): Promise<CanaryOutcome> {
      for (;;)
        try {
          return await order();
        } catch (error) {
          if (!(error instanceof ExternalError && error.code === "conflict" && error.retryable)) throw error;
        }
    }

    const begin = async (ref: KubernetesTargetRef, route: CanaryRoute, replicas = 1, more = {}) => {
      const change = changeTo(await fixture.cluster.image("up"), more);
      const outcome = await settled(() => canary.start(ref, { route, change, replicas }));
      return { change, outcome };
    };

    async function untilCanary(ref: KubernetesTargetRef, holds: (seen: TargetObservation) => boolean) {
      return expect
        .poll(() => canary.observeCanary(ref), { timeout: 60_000, interval: 100 })
        .toSatisfy(holds)
        .then(() => canary.observeCanary(ref));
    }

    const rulesOf = async (path: string) => {
      const { spec } = await fixture.admin.must("GET", path);
      return (spec?.rules ?? spec?.http) as Record<string, { weight?: number }[]>[];
    };

    describe.each(["httpRoute", "virtualService"] as const)("with %s", (kind) => {
      const list = kind === "httpRoute" ? "backendRefs" : "route";

      it("the canary comes up beside the stable one, takes its share, and goes", async () => {
        const { ref, route, first, path } = await stage(kind);
        const before = await fixture.admin.must("GET", fixture.pathOf(ref));
        expect(await canary.look(ref, route)).toMatchObject({
          stable: { exists: true, replicas: 2, digest: first.digest },
          canary: { exists: false, replicas: 0 },
          weight: 0,
        });
        const { change, outcome } = await begin(ref, route);
        expect(outcome).toMatchObject({ kind: "done", written: true });
        const seen = await untilCanary(ref, ({ ready, updated }) => ready === 1 && updated === 1);
        expect(seen).toMatchObject({ specDigest: change.digest, promotion: "prm_1", generation: 1, desired: 1 });
        expect(seen.pods.map(({ digest }) => digest)).toEqual([change.digest]);

        const [headerRule, shared] = await rulesOf(path);
        const order = { route, weight: 25, expected: [0], by };
        expect(await canary.setWeight(ref, order)).toMatchObject({ kind: "done", written: true });
        expect(await canary.setWeight(ref, order)).toMatchObject({ kind: "done", written: false });
        const standing = await canary.look(ref, route);
        expect(standing).toMatchObject({ weight: 25, canary: { replicas: 1, digest: change.digest } });
        expect(standing.canary.podHash).toMatch(/^[a-z0-9]+$/);
        expect(standing.stable.podHash).toMatch(/^[a-z0-9]+$/);
        expect(standing.canary.podHash).not.toBe(standing.stable.podHash);
        const [after, weighed] = await rulesOf(path);
        expect(after).toEqual(headerRule);
        expect(weighed).toEqual({
          ...shared,
          [list]: shared?.[list]?.map((one, index) => ({ ...one, weight: index === 0 ? 75 : 25 })),
        });

        expect(await canary.setWeight(ref, { ...order, weight: 0, expected: [25] })).toMatchObject({ kind: "done" });
        expect(await rulesOf(path)).toEqual([headerRule, shared]);
        const gone = { digest: change.digest, by };
        expect(await settled(() => canary.remove(ref, gone))).toMatchObject({ kind: "done", written: true });
        await untilCanary(ref, ({ pods }) => pods.length === 0);
        expect(await canary.remove(ref, gone)).toMatchObject({ kind: "done", written: false });
        const stable = await fixture.admin.must("GET", fixture.pathOf(ref));
        expect(stable.spec).toEqual(before.spec);
      });

      it("a weight that somebody else set is drift, and is left", async () => {
        const { ref, route, path } = await stage(kind);
        await begin(ref, route);
        await canary.setWeight(ref, { route, weight: 10, expected: [0], by });
        const field = kind === "httpRoute" ? "rules/1/backendRefs" : "http/1/route";
        const byHand = [{ op: "replace", path: `/spec/${field}/1/weight`, value: 40 }];
        await fixture.admin.must("PATCH", path, byHand, "application/json-patch+json");
        const outcome = await canary.setWeight(ref, { route, weight: 25, expected: [10], by });
        expect(outcome).toEqual({
          kind: "drift",
          found: expect.stringContaining("canary 30.8 %"),
          expected: "canary 10 %",
        });
        expect((await rulesOf(path))[1]?.[list]?.map(({ weight }) => weight)).toEqual([90, 40]);
      });

      it("a rule whose Services somebody else took away is drift too", async () => {
        const { ref, route, path } = await stage(kind);
        await begin(ref, route);
        const field = kind === "httpRoute" ? "rules/1/backendRefs" : "http/1/route";
        const byHand = [{ op: "remove", path: `/spec/${field}/1` }];
        await fixture.admin.must("PATCH", path, byHand, "application/json-patch+json");
        expect(await canary.setWeight(ref, { route, weight: 25, expected: [0], by })).toMatchObject({
          kind: "drift",
          found: expect.stringContaining("no rule sends to both Services"),
        });
      });

      it("an order of a generation behind the one that stands there is refused", async () => {
        const { ref, route } = await stage(kind);
        await canary.setWeight(ref, { route, weight: 10, expected: [0], by: { promotion: "prm_5", generation: 5 } });
        const late = { route, weight: 20, expected: [10], by: { promotion: "prm_4", generation: 4 } };
        await expect(canary.setWeight(ref, late)).rejects.toMatchObject({ code: "conflict", retryable: false });
        expect((await canary.look(ref, route)).weight).toBe(10);
      });

      it("everything that is missing is said at once", async () => {
        const ref = fixture.refTo();
        const { name } = ref.workload;
        const first = await fixture.cluster.image("up");
        await fixture.create(ref, `${first.image}@${first.digest}`);
        await makeService(name, { app: name });
        const path = routePath(kind, name);
        const lone = routeObject(kind, name);
        await make(path.slice(0, path.lastIndexOf("/")), lone);
        const route: CanaryRoute = { kind, name, stableService: name, canaryService: "no-such-service" };
        await expect(canary.look(ref, route)).rejects.toMatchObject({
          code: "misconfigured",
          message: expect.stringMatching(/no rule sends to both Services .*; there is no Service .*\/no-such-service/),
        });
        await makeService(`${name}-canary`, { app: name });
        const both = { ...route, canaryService: `${name}-canary` };
        await expect(canary.look(ref, both)).rejects.toMatchObject({
          code: "misconfigured",
          message: expect.stringMatching(/selects the stable pods too: .*; .*would select the canary's pods too/),
        });
        await expect(canary.look(ref, { ...both, name: "no-such-route" })).rejects.toMatchObject({
          code: "misconfigured",
          message: expect.stringContaining(`there is no ${kind === "httpRoute" ? "HTTPRoute" : "VirtualService"}`),
        });
      });
    });

    describe("without a router", () => {
      it("the share is that of the pods, and said as it is", async () => {
        const { ref, route } = await bare();
        const { change } = await begin(ref, route, 0);
        expect(await canary.look(ref, route)).toMatchObject({ weight: 0, canary: { exists: true, replicas: 0 } });
        await settled(() => canary.setWeight(ref, { route, weight: 5, expected: [0], by }));
        const standing = await canary.look(ref, route);
        expect(standing).toMatchObject({ weightWords: "1 of 3 pods, 33.3 %", canary: { replicas: 1 } });
        const seen = await untilCanary(ref, ({ ready }) => ready === 1);
        expect(seen.specDigest).toBe(change.digest);
        await settled(() => canary.setWeight(ref, { route, weight: 0, expected: [5], by }));
        await untilCanary(ref, ({ pods }) => pods.length === 0);
      });

      it("pods that somebody else added are drift", async () => {
        const { ref, route } = await bare();
        const { change } = await begin(ref, route, 1);
        await fixture.admin.patch(`${fixture.pathOf(ref)}-canary`, { spec: { replicas: 3 } });
        const found = expect.stringContaining("scaled to 3 pods");
        const order = { route, weight: 50, expected: [5], by };
        expect(await canary.setWeight(ref, order)).toMatchObject({ kind: "drift", found });
        expect(await canary.remove(ref, { digest: change.digest, by })).toMatchObject({ kind: "drift", found });
      });
    });

    describe("a canary that stands there", () => {
      it("of the same order is taken as it is, and an empty one of before is used again", async () => {
        const { ref, route } = await bare();
        const { change } = await begin(ref, route);
        const again = await settled(() => canary.start(ref, { route, change, replicas: 1 }));
        expect(again).toMatchObject({ kind: "done", written: false });
        await settled(() => canary.remove(ref, { digest: change.digest, by }));
        const next = await begin(ref, route, 1, { promotion: "prm_2", generation: 2 });
        expect(next.outcome).toMatchObject({ kind: "done", written: true });
        const seen = await untilCanary(ref, ({ ready }) => ready === 1);
        expect(seen).toMatchObject({ specDigest: next.change.digest, promotion: "prm_2", generation: 2 });
      });

      it("with pods of another promotion, another digest, or that Waybill did not make, is drift", async () => {
        const { ref, route } = await bare();
        const { change } = await begin(ref, route);
        const other = await begin(ref, route, 1, { promotion: "prm_2", generation: 2 });
        expect(other.outcome).toMatchObject({ kind: "drift", found: expect.stringContaining("1 pods of prm_1") });
        const hand = await fixture.cluster.image("up");
        await fixture.setImageByHand(
          { ...ref, workload: { ...ref.workload, name: `${ref.workload.name}-canary` } },
          `${hand.image}@${hand.digest}`,
        );
        const found = expect.stringContaining(hand.digest);
        expect(await canary.start(ref, { route, change, replicas: 1 })).toMatchObject({ kind: "drift", found });
        expect(await canary.remove(ref, { digest: change.digest, by })).toMatchObject({ kind: "drift", found });

        const lone = await bare();
        const name = { ...lone.ref, workload: { ...lone.ref.workload, name: `${lone.ref.workload.name}-canary` } };
        await fixture.create(name, `${hand.image}@${hand.digest}`);
        expect((await begin(lone.ref, route)).outcome).toMatchObject({
          kind: "drift",
          found: expect.stringContaining("which Waybill did not make"),
        });
      });

      it("of a later generation is left", async () => {
        const { ref, route } = await bare();
        const { change } = await begin(ref, route, 1, { promotion: "prm_5", generation: 5 });
        const late = { ...change, promotion: "prm_4", generation: 4 };
        const refused = { code: "conflict", retryable: false };
        await expect(canary.start(ref, { route, change: late, replicas: 1 })).rejects.toMatchObject(refused);
        await expect(
          canary.remove(ref, { digest: change.digest, by: { promotion: "prm_4", generation: 4 } }),
        ).rejects.toMatchObject(refused);
      });
    });

    it("a stateful set cannot have one", async () => {
      const ref = fixture.refTo("statefulSet");
      await expect(canary.look(ref, { kind: "replicas" })).rejects.toMatchObject({
        code: "misconfigured",
        message: expect.stringContaining("only a deployment can"),
      });
    });
  });
}
