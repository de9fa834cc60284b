import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClusterUnderTest, ContractFixture } from "@/lib/adapters/kubernetes/testing/contract-fixture";
import type { Behaviour } from "@/lib/adapters/kubernetes/testing/play-kubelet";
import type { KubernetesJob } from "@/lib/pipeline/policy/kubernetes-job";
import type { JobSighting } from "@/lib/pipeline/verification/judge-job";
import type { JobOrder, JobRunner } from "@/lib/ports/job-runner";

const timeoutMs = 90_000;

/** What every cluster has to hold for a smoke test that is a Job, and Waybill's adapter with it. */
export function describeJobs(name: string, start: () => Promise<ClusterUnderTest>): void {
  describe(name, { timeout: timeoutMs }, () => {
    let fixture: ContractFixture;
    let jobs: JobRunner<KubernetesJob>;
    let count = 0;
    /** Where CronJobs are: clusters before 1.21 have them in the beta of the API alone. */
    let cronJobs = "";
    beforeAll(async () => {
      fixture = new ContractFixture(await start());
      if (!fixture.target.jobs) throw new Error("the target runs no jobs");
      jobs = fixture.target.jobs;
      const stable = `/apis/batch/v1/namespaces/${fixture.cluster.namespace}/cronjobs`;
      const { status } = await fixture.admin.call("GET", stable);
      cronJobs = status === 200 ? stable : stable.replace("/v1/", "/v1beta1/");
    }, timeoutMs);
    afterAll(() => fixture?.cluster.close(), timeoutMs);
    afterEach(() => fixture.cleanUp(), timeoutMs);

    const jobPath = (name = "") => `/apis/batch/v1/namespaces/${fixture.cluster.namespace}/jobs/${name}`;
    const policy = (cronJob: string, timeoutMs = 60_000): KubernetesJob => ({
      ...{ kind: "kubernetes", cronJob, timeoutMs, onInconclusive: "rollBack" },
    });

    function orderOf(more: Partial<JobOrder> = {}): JobOrder {
      count += 1;
      const { namespace } = fixture.cluster;
      const facts = {
        ...{ project: "veza", service: "api", environment: "staging", namespace, workload: "api" },
        ...{ digest: `sha256:${"a".repeat(64)}`, version: "v1.2.3", promotion: "veza-17" },
      };
      return { key: count.toString(16).padStart(12, "0").padEnd(64, "e"), facts, ...more };
    }

    /** A suspended CronJob whose pods behave so. */
    async function cronJob(behaviour: Behaviour, spec: Record<string, unknown> = {}): Promise<string> {
      count += 1;
      const { image, digest } = await fixture.cluster.image(behaviour);
      const name = `smoke-${count}`;
      const securityContext = {
        ...{ allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] } },
        seccompProfile: { type: "RuntimeDefault" },
      };
      const env = [
        { name: "SUITE", value: "smoke" },
        { name: "WAYBILL_DIGEST", value: "to be told" },
      ];
      const pod = {
        ...{ restartPolicy: "Never", schedulerName: "waybill-test-nobody", terminationGracePeriodSeconds: 0 },
        containers: [{ name: "tests", image: `${image}@${digest}`, env, securityContext }],
      };
      await fixture.admin.must("POST", cronJobs, {
        apiVersion: cronJobs.includes("v1beta1") ? "batch/v1beta1" : "batch/v1",
        kind: "CronJob",
        metadata: { name },
        spec: {
          ...{ schedule: "0 0 31 2 *", suspend: true },
          jobTemplate: {
            metadata: { labels: { team: "shop" } },
            spec: { backoffLimit: 0, ...spec, template: { metadata: { labels: { app: name } }, spec: pod } },
          },
        },
      });
      fixture.atEnd(() => fixture.admin.call("DELETE", `${cronJobs}/${name}`));
      return name;
    }

    async function begin(cronJob: string, order = orderOf(), timeoutMs?: number) {
      const started = await jobs.start(policy(cronJob, timeoutMs), order);
      if (started.kind !== "started") throw new Error(JSON.stringify(started));
      fixture.atEnd(() => fixture.admin.call("DELETE", `${jobPath(started.handle.job)}?propagationPolicy=Background`));
      return started;
    }

    async function until(handle: Record<string, string>, accept: (seen: JobSighting) => boolean): Promise<JobSighting> {
      const end = performance.now() + 45_000;
      for (;;) {
        const seen = await jobs.look(policy("any"), handle);
        if (accept(seen)) return seen;
        if (performance.now() > end) throw new Error(`it stayed ${JSON.stringify(seen)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const isOver = ({ kind }: JobSighting) => kind !== "running";

    it("makes a Job from the CronJob, which tells it what to test, and says when it completed", async () => {
      const template = await cronJob("up");
      const order = orderOf();
      const { handle } = await begin(template, order);
      const made = (await fixture.admin.must("GET", jobPath(handle.job))) as unknown as {
        metadata: { labels: object; annotations: object; ownerReferences?: object[] };
        spec: { activeDeadlineSeconds: number; template: { spec: { containers: { env: object[] }[] } } };
      };
      expect(made.metadata.labels).toMatchObject({ team: "shop", "waybill.dev/promotion": "veza-17" });
      expect(made.metadata.annotations).toMatchObject({ "waybill.dev/job-key": order.key });
      expect(made.metadata.ownerReferences).toBeUndefined();
      expect(made.spec.activeDeadlineSeconds).toBe(60);
      expect(made.spec.template.spec.containers[0]?.env).toEqual(
        expect.arrayContaining([
          { name: "SUITE", value: "smoke" },
          { name: "WAYBILL_DIGEST", value: order.facts.digest },
          { name: "WAYBILL_VERSION", value: "v1.2.3" },
          { name: "WAYBILL_PROMOTION", value: "veza-17" },
        ]),
      );
      const seen = await until(handle, isOver);
      expect(seen).toMatchObject({ kind: "succeeded", words: `Job ${handle.job} completed` });
      // Where no kubelet runs there is no log, and that is said.
      const log = "log" in seen ? seen.log : undefined;
      if (log?.kind === "text")
        expect(log).toMatchObject({ text: expect.stringContaining("starting tests"), cut: false });
      else expect(log).toMatchObject({ kind: "none", why: expect.stringMatching(/./) });
    });

    it("finds the Job of the same order again, and makes no second one", async () => {
      const template = await cronJob("up");
      const order = orderOf();
      const first = await begin(template, order);
      const again = await jobs.start(policy(template), order);
      expect(again).toMatchObject({ kind: "started", handle: first.handle });
      const { items = [] } = await fixture.admin.must("GET", jobPath().replace(/\/$/, ""));
      const own = (items as { metadata: { name: string } }[]).filter(({ metadata }) =>
        metadata.name.startsWith(template),
      );
      expect(own).toHaveLength(1);
    });

    it("does not take another one's Job of that name for its own", async () => {
      const template = await cronJob("up");
      const order = orderOf();
      await begin(template, order);
      const other = { ...order, key: `${order.key.slice(0, 12)}${"f".repeat(52)}` };
      expect(await jobs.start(policy(template), other)).toMatchObject({
        kind: "lost",
        words: expect.stringContaining("another Job is called"),
      });
    });

    it("says that it failed, in the cluster's words", async () => {
      const { handle } = await begin(await cronJob("crash"));
      expect(await until(handle, isOver)).toMatchObject({
        kind: "failed",
        words: expect.stringMatching(
          /^Job .* failed \(BackoffLimitExceeded: Job has reached the specified backoff limit\)$/,
        ),
      });
    });

    it("that does not end in its time is no failure of what it tests: nobody can tell", async () => {
      const { handle } = await begin(await cronJob("unready"), orderOf(), 2_000);
      await until(handle, ({ words }) => words.endsWith(" runs") || words.includes("in its time"));
      expect(await until(handle, isOver)).toMatchObject({
        kind: "lost",
        words: expect.stringMatching(/did not end in its time \(DeadlineExceeded/),
      });
    });

    it("says what keeps it from running", async () => {
      const { handle } = await begin(await cronJob("missing"));
      const seen = await until(handle, ({ words }) => /ImagePull/.test(words));
      expect(seen.kind).toBe("running");
    });

    it("that somebody deleted is lost, and so is one that somebody put in its place", async () => {
      const template = await cronJob("unready");
      const { handle } = await begin(template);
      const object = await fixture.admin.must("GET", jobPath(handle.job));
      await fixture.admin.must("DELETE", `${jobPath(handle.job)}?propagationPolicy=Background`);
      expect(await until(handle, isOver)).toMatchObject({
        kind: "lost",
        words: expect.stringContaining("somebody deleted it"),
      });
      expect(object.metadata?.name).toBe(handle.job);
      const order = orderOf();
      const other = await begin(template, order);
      expect(await jobs.look(policy(template), { ...other.handle, uid: "another" })).toMatchObject({
        kind: "lost",
        words: expect.stringContaining("replaced"),
      });
    });

    it("of a CronJob that is not there is lost, and so is one that may not be made", async () => {
      expect(await jobs.start(policy("nowhere"), orderOf())).toMatchObject({
        kind: "lost",
        words: `there is no CronJob nowhere in ${fixture.cluster.namespace}`,
      });
      const { kubeconfig, namespace } = fixture.cluster.forbidden;
      const order = orderOf();
      const stranger = fixture.targetAs(kubeconfig).jobs;
      const facts = { ...order.facts, namespace };
      expect(await stranger?.start(policy("nowhere"), { ...order, facts })).toMatchObject({
        kind: "lost",
        words: expect.stringMatching(/could not be started: cluster test: .*forbidden/i),
      });
    });
  });
}
