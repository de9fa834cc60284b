import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type ClusterUnderTest,
  ContractFixture,
  changeTo,
  runs,
} from "@/lib/adapters/kubernetes/testing/contract-fixture";
import type { BlueGreenTarget, ColourOrder } from "@/lib/ports/blue-green-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

const timeoutMs = 90_000;

/** What every cluster has to hold for two colours behind one Service, and Waybill's adapter with it. */
export function describeBlueGreen(name: string, start: () => Promise<ClusterUnderTest>): void {
  describe(name, { timeout: timeoutMs }, () => {
    let fixture: ContractFixture;
    let colours: BlueGreenTarget;
    beforeAll(async () => {
      fixture = new ContractFixture(await start());
      if (!fixture.target.blueGreen) throw new Error("the target has no colours");
      colours = fixture.target.blueGreen;
    }, timeoutMs);
    afterAll(() => fixture?.cluster.close(), timeoutMs);
    afterEach(() => fixture.cleanUp(), timeoutMs);

    const servicePath = (service: string) => `/api/v1/namespaces/${fixture.cluster.namespace}/services/${service}`;
    const selectorOf = async (service: string) =>
      (await fixture.admin.must("GET", servicePath(service))).spec?.selector as Record<string, string>;
    const colourPath = (ref: KubernetesTargetRef, colour: string) => `${fixture.pathOf(ref)}-${colour}`;

    async function makeService(service: string, selector: Record<string, string>): Promise<void> {
      const path = servicePath(service);
      const spec = { selector, ports: [{ port: 80 }] };
      await fixture.admin.must("POST", path.slice(0, path.lastIndexOf("/")), { metadata: { name: service }, spec });
      fixture.atEnd(() => fixture.admin.call("DELETE", path));
    }

    /** Two blue pods behind a Service, as a team has them before the first release by colours. */
    async function stage(labels: { selector?: Record<string, string>; own?: Record<string, string> } = {}) {
      const plain = fixture.refTo();
      const { name } = plain.workload;
      const ref: KubernetesTargetRef = { ...plain, service: name, colourLabel: "version" };
      const first = await fixture.cluster.image("up");
      await fixture.create(ref, `${first.image}@${first.digest}`, {}, labels.own ?? { version: "blue" });
      await makeService(name, labels.selector ?? { app: name, version: "blue" });
      for (const colour of ["blue", "green"])
        fixture.atEnd(() => fixture.admin.call("DELETE", colourPath(ref, colour)));
      return { ref, name, first };
    }

    const orderOf = async (
      more: Partial<ColourOrder> = {},
      image?: { image: string; digest: ColourOrder["digest"] },
    ) => {
      const made = image ?? (await fixture.cluster.image("up"));
      return { ...made, promotion: "prm_1", generation: 1, deadlineSeconds: 300, ...more };
    };

    /** As the engine does: a controller's write in between is no reason to stop. */
    async function settled<T>(order: () => Promise<T>): Promise<T> {
      for (;;)
        try {
          return await order();
        } catch (error) {
          if (!(error instanceof ExternalError && error.code === "conflict" && error.retryable)) throw error;
        }
    }

    const prepare = (ref: KubernetesTargetRef, order: ColourOrder) =>
      settled(async () => colours.prepare(ref, order, await colours.look(ref)));
    const select = (ref: KubernetesTargetRef, to: "blue" | "green", by: { promotion: string; generation: number }) =>
      settled(async () => colours.select(ref, { to, ...by }, await colours.look(ref)));

    async function untilColourRuns(ref: KubernetesTargetRef, colour: "blue" | "green", digest: ColourOrder["digest"]) {
      const alone = {
        ...ref,
        service: undefined,
        workload: { ...ref.workload, name: `${ref.workload.name}-${colour}` },
      };
      const observations = fixture.watch([alone]);
      await observations.see(alone, runs(digest), { what: `${colour} running` });
    }

    describe("the idle colour", () => {
      it("is made from the live one, with the new digest and as many pods, and takes no traffic", async () => {
        const { ref, name, first } = await stage();
        expect(await colours.look(ref)).toMatchObject({ live: "blue", idle: "green", generation: 0, colours: {} });
        const order = await orderOf();
        expect(await prepare(ref, order)).toEqual({ written: true });
        await untilColourRuns(ref, "green", order.digest);
        expect(await colours.observe(ref, "green")).toMatchObject({ promotion: "prm_1", generation: 1, ready: 2 });
        // The live one is as it was, and what is observed of the target is the live one.
        expect(await selectorOf(name)).toEqual({ app: name, version: "blue" });
        const seen = await fixture.target.observe(ref);
        expect(seen).toMatchObject({ specDigest: first.digest, promotion: undefined, colour: { live: "blue" } });
        const { metadata, spec = {} } = await fixture.admin.must("GET", colourPath(ref, "green"));
        expect(spec.selector).toEqual({ matchLabels: { app: name, version: "green" } });
        expect(metadata?.labels).toEqual({ version: "green", "app.kubernetes.io/managed-by": "waybill" });
      });

      it("asked for twice is written once; a later order renews it with the live one's present template", async () => {
        const { ref } = await stage();
        const order = await orderOf();
        await prepare(ref, order);
        expect(await prepare(ref, order)).toEqual({ written: false });
        const template = { spec: { containers: [{ name: "app", env: [{ name: "LEVEL", value: "2" }] }] } };
        await fixture.admin.patch(fixture.pathOf(ref), { spec: { template } });
        const next = await orderOf({ promotion: "prm_2", generation: 2 });
        expect(await prepare(ref, next)).toEqual({ written: true });
        const { spec } = await fixture.admin.must("GET", colourPath(ref, "green"));
        expect(JSON.stringify(spec)).toContain('"LEVEL"');
        await expect(prepare(ref, order)).rejects.toMatchObject({ code: "conflict", retryable: false });
        expect(await colours.look(ref)).toMatchObject({ colours: { green: { digest: next.digest, generation: 2 } } });
      });

      it("prepared on what has changed since is refused, and nothing is written", async () => {
        const { ref, name } = await stage();
        const standing = await colours.look(ref);
        await fixture.admin.patch(servicePath(name), { metadata: { annotations: { "changed-by": "somebody" } } });
        await expect(colours.prepare(ref, await orderOf(), standing)).rejects.toMatchObject({ code: "conflict" });
        expect((await colours.look(ref)).colours.green).toBeUndefined();
      });

      it("goes to none and stays there, once it is retired", async () => {
        const { ref } = await stage();
        const order = await orderOf();
        await prepare(ref, order);
        const retire = () => settled(async () => colours.retire(ref, await colours.look(ref)));
        expect(await retire()).toEqual({ written: true });
        expect(await retire()).toEqual({ written: false });
        expect(await colours.look(ref)).toMatchObject({
          colours: { blue: { replicas: 2 }, green: { replicas: 0, digest: order.digest } },
        });
        // The next release brings it up again.
        await prepare(ref, await orderOf({ promotion: "prm_2", generation: 2 }));
        expect(await colours.look(ref)).toMatchObject({ colours: { green: { replicas: 2, promotion: "prm_2" } } });
      });
    });

    describe("the live Service", () => {
      it("selects the other colour with one call, and is followed by what is observed, there and back", async () => {
        const { ref, name, first } = await stage();
        const order = await orderOf();
        await prepare(ref, order);
        await untilColourRuns(ref, "green", order.digest);
        const observations = fixture.watch([ref]);
        await observations.see(ref, runs(first.digest), { what: "blue" });
        const applied = await select(ref, "green", order);
        expect(applied.written).toBe(true);
        expect(await selectorOf(name)).toEqual({ app: name, version: "green" });
        const seen = await observations.see(ref, ({ colour }) => colour?.live === "green", { what: "green live" });
        expect(seen).toMatchObject({ specDigest: order.digest, promotion: "prm_1", generation: 1, ready: 2 });
        expect(await fixture.target.observe(ref)).toMatchObject({ specDigest: order.digest, generation: 1 });

        await select(ref, "blue", { promotion: "prm_1", generation: 2 });
        const back = await observations.see(ref, ({ generation }) => generation === 2, { what: "blue live again" });
        expect(back).toMatchObject({ specDigest: first.digest, promotion: "prm_1", colour: { live: "blue" } });
        // By these it is known which of two observations came later: the workloads' own counts cannot tell.
        const versions = [seen, back, await fixture.target.observe(ref)].map(({ colour }) => Number(colour?.version));
        expect(versions[0]).toBeGreaterThan(0);
        expect(versions[1]).toBeGreaterThan(versions[0] ?? 0);
        expect(versions[2]).toBe(versions[1]);
        expect(back.colour?.serviceUid).toMatch(/^\S+$/);
      });

      it("that somebody else changed meanwhile is not overwritten", async () => {
        const { ref, name } = await stage();
        const order = await orderOf();
        await prepare(ref, order);
        const standing = await colours.look(ref);
        await fixture.admin.patch(servicePath(name), { spec: { selector: { version: "canary" } } });
        await expect(
          colours.select(ref, { to: "green", promotion: "prm_1", generation: 1 }, standing),
        ).rejects.toMatchObject({
          code: "conflict",
          retryable: true,
        });
        expect(await selectorOf(name)).toEqual({ app: name, version: "canary" });
        await expect(colours.look(ref)).rejects.toMatchObject({
          code: "misconfigured",
          message: expect.stringContaining('says "version: canary"'),
        });
      });

      it("refuses an order behind the one that it carries", async () => {
        const { ref } = await stage();
        await prepare(ref, await orderOf({ generation: 5 }));
        await select(ref, "green", { promotion: "prm_1", generation: 5 });
        await expect(select(ref, "blue", { promotion: "prm_0", generation: 4 })).rejects.toMatchObject({
          code: "conflict",
          retryable: false,
        });
      });

      it("leads an order of another strategy to the live colour", async () => {
        const { ref } = await stage();
        const order = await orderOf();
        await prepare(ref, order);
        await select(ref, "green", order);
        const change = changeTo(await fixture.cluster.image("up"), { promotion: "prm_2", generation: 2 });
        await fixture.deploy(ref, change);
        expect(await colours.look(ref)).toMatchObject({ colours: { green: { digest: change.digest, generation: 2 } } });
        expect(await fixture.target.observe(ref)).toMatchObject({ generation: 2, promotion: "prm_2" });
      });
    });

    describe("a preview Service", () => {
      it("is led to the colour, once", async () => {
        const { ref, name } = await stage();
        await makeService(`${name}-preview`, { app: name, version: "blue" });
        expect(await colours.preview(ref, `${name}-preview`, "green")).toEqual({ written: true });
        expect(await colours.preview(ref, `${name}-preview`, "green")).toEqual({ written: false });
        expect(await selectorOf(`${name}-preview`)).toEqual({ app: name, version: "green" });
      });

      it("that is not there, selects no colour, or is the live one is refused with what to do", async () => {
        const { ref, name } = await stage();
        await makeService(`${name}-all`, { app: name });
        const message = (text: string) => ({ code: "misconfigured", message: expect.stringContaining(text) });
        await expect(colours.preview(ref, `${name}-none`, "green")).rejects.toMatchObject(message("create it"));
        await expect(colours.preview(ref, `${name}-all`, "green")).rejects.toMatchObject(message('has no "version"'));
        await expect(colours.preview(ref, name, "green")).rejects.toMatchObject(message("is the live one"));
      });
    });

    describe("a target that cannot go by colours", () => {
      it.each([
        ["whose Service selects no colour", { selector: { app: "x" } }, 'has no "version"'],
        ["whose live pods carry no colour", { own: {} }, "no deployment"],
      ])("%s says what to do", async (_, labels, text) => {
        const { ref } = await stage(labels);
        await expect(colours.look(ref)).rejects.toMatchObject({
          code: "misconfigured",
          message: expect.stringContaining(text),
        });
        expect((await fixture.target.observe(ref)).colour?.problem).toContain(text);
      });

      it("that has no Service at all says so, and is observed as what it is", async () => {
        const { ref, first } = await stage();
        const lost = { ...ref, service: "nobody" };
        await expect(colours.look(lost)).rejects.toMatchObject({
          message: expect.stringContaining("there is no Service"),
        });
        expect(await fixture.target.observe(lost)).toMatchObject({ exists: true, specDigest: first.digest });
      });
    });
  });
}
