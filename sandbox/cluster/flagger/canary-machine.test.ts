import { describe, expect, it } from "vitest";
import { advanceCanary, type CanarySpec, type CanaryStatus, intervalMs } from "./canary-machine";

const spec = (more: Partial<CanarySpec> = {}): CanarySpec => ({
  targetRef: { kind: "Deployment", name: "api" },
  analysis: {
    interval: "1m",
    threshold: 2,
    stepWeight: 25,
    maxWeight: 50,
    metrics: [{ name: "rate", thresholdRange: { min: 99 } }],
  },
  ...more,
});

/** Flagger with pods that are up as soon as they are asked for. */
class Played {
  status: CanaryStatus = {};
  primary: string | undefined;
  replicas = 2;
  spec = spec();
  rate: number | undefined = 99.8;
  warnings: string[] = [];
  isReady = true;
  isHung = false;

  constructor(public hash: string) {}

  look(times = 1): this {
    for (let round = 0; round < times; round += 1) {
      const { spec, status, hash, rate, isReady, isHung } = this;
      const primary = this.primary === undefined ? undefined : { isReady: true };
      const next = advanceCanary({ spec, status, hash, target: { isReady, isHung }, primary, rate, now: round });
      if (next.warning) this.warnings.push(next.warning);
      this.status = next.status;
      if (next.primary) this.primary = hash;
      if (next.scale) this.replicas = next.scale === "down" ? 0 : 1;
    }
    return this;
  }

  takes(hash: string): this {
    this.hash = hash;
    return this;
  }
}

const initialized = () => new Played("old").look(2);

describe("Flagger as it is played", () => {
  it("makes the primary first, and leaves the Deployment without pods", () => {
    expect(initialized()).toMatchObject({ primary: "old", replicas: 0, status: { phase: "Initialized" } });
    expect(initialized().look(3).status.phase).toBe("Initialized");
  });

  it("raises the share at each interval up to its limit, then the primary takes the template, and the canary goes", () => {
    const played = initialized().takes("new").look(1);
    expect(played).toMatchObject({
      replicas: 1,
      status: { phase: "Progressing", canaryWeight: 0, lastAppliedSpec: "new" },
    });
    expect(played.look(1).status.canaryWeight).toBe(25);
    expect(played.look(1).status.canaryWeight).toBe(50);
    expect(played.look(1)).toMatchObject({ primary: "new", status: { phase: "Promoting" } });
    expect(played.look(2)).toMatchObject({ replicas: 0, status: { phase: "Succeeded", lastPromotedSpec: "new" } });
  });

  it("fails at its threshold, keeps the primary, and starts nothing for the template that was promoted last", () => {
    const played = initialized().takes("new").look(2);
    played.rate = 65;
    expect(played.look(2).status).toMatchObject({ phase: "Progressing", failedChecks: 2, canaryWeight: 25 });
    expect(played.look(1)).toMatchObject({ primary: "old", replicas: 0, status: { phase: "Failed", canaryWeight: 0 } });
    expect(played.warnings).toEqual([
      "Halt advancement rate 65.00 < 99",
      "Halt advancement rate 65.00 < 99",
      "Canary failed! Scaling down",
    ]);
    expect(played.takes("old").look(3).status.phase).toBe("Failed");
    expect(played.takes("next").look(1).status.phase).toBe("Progressing");
  });

  it("begins anew for another template in the middle, stands still while suspended, and skips what it is told to", () => {
    const played = initialized().takes("new").look(3).takes("newer").look(1);
    expect(played.status).toMatchObject({ phase: "Progressing", canaryWeight: 0, lastAppliedSpec: "newer" });
    played.spec = spec({ suspend: true });
    const before = played.status;
    expect(played.look(3).status).toEqual(before);
    played.spec = spec({ skipAnalysis: true });
    expect(played.look(1)).toMatchObject({ primary: "newer", replicas: 0, status: { phase: "Succeeded" } });
  });

  it("waits for pods that do not come up, until their Deployment's own time is over", () => {
    const played = initialized().takes("new").look(1);
    played.isReady = false;
    expect(played.look(4).status).toMatchObject({ phase: "Progressing", failedChecks: 0 });
    played.isHung = true;
    expect(played.look(1)).toMatchObject({ primary: "old", status: { phase: "Failed" } });
  });

  it("looks as often as it says", () => {
    expect(intervalMs(spec())).toBe(60_000);
    expect(intervalMs(spec({ analysis: { interval: "30s" } }))).toBe(30_000);
    expect(intervalMs(spec({ analysis: {} }))).toBe(60_000);
  });
});
