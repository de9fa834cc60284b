import { describe, expect, it } from "vitest";
import { askErrorBudgets } from "@/lib/engine/evidence/error-budgets";
import type { Subject } from "@/lib/engine/evidence/question";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";

const gates = [
  { kind: "errorBudget", slo: "up", minRemainingPercent: 0, shadow: false },
] as unknown as Subject["plan"]["gates"];
const slo = { name: "up", targetPercent: 99, windowMs: 3_600_000, connection: "metrics", good: "g", total: "t" };
const project = { document: { slos: [slo] } } as unknown as Subject["project"];

describe("what was counted for a budget", () => {
  it("stays for a minute, and where there was no traffic only until the gate asks again", () => {
    const [question] = askErrorBudgets({ plan: aPlan({ gates }), planHash: "", promotion: null, project });
    const freshMs = question?.freshMs as (value: unknown) => number;
    const counted = (total: number | null) => freshMs({ window: { good: 0, total }, hour: { good: 0, total } });
    expect(counted(100)).toBe(60_000);
    expect(counted(0)).toBe(15_000);
    expect(counted(null)).toBe(15_000);
    expect(freshMs({ window: { good: 1, total: 1 }, hour: { good: null, total: 1 } })).toBe(15_000);
  });

  it("is of one moment: what comes in between two questions is no bad event", async () => {
    const [question] = askErrorBudgets({ plan: aPlan({ gates }), planHash: "", promotion: null, project });
    const moments: (Date | undefined)[] = [];
    const query = async (_: string, at?: Date) => {
      moments.push(at);
      return [{ labels: {}, at: "", value: 1 }];
    };
    const world = { metrics: async () => ({ query }) } as unknown as Parameters<NonNullable<typeof question>["ask"]>[0];
    await question?.ask(world, AbortSignal.timeout(1_000));
    expect(moments).toHaveLength(4);
    expect(new Set(moments.map((at) => at?.getTime())).size).toBe(1);
    expect(moments[0]).toBeInstanceOf(Date);
  });
});
