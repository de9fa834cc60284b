import { z } from "zod";
import { type UpstreamConfig, upstreamConfig } from "@/lib/pipeline/gates/upstream-config";
import { type GateConfig, gateConfig } from "@/lib/pipeline/policy/gate-config";
import { name } from "@/lib/pipeline/policy/name";
import { type Strategy, strategy } from "@/lib/pipeline/policy/strategy";
import { type VerificationPolicy, verification } from "@/lib/pipeline/policy/verification";
import { classifyTag, isTag } from "@/lib/pipeline/release/reference";

/** What guards an environment, and what happens in it. */
export interface EnvironmentPolicy {
  name: string;
  /** Its place in the file, from 0: releases reach the environments in this order. */
  position: number;
  /** The registry tag that is moved here after a success. */
  tag?: string;
  requires?: UpstreamConfig;
  /** The gates as the file lists them; `gatesOf` adds what `requires` says. */
  gates: GateConfig[];
  strategy: Strategy;
  verification: VerificationPolicy;
  onFailure: "rollBack" | "hold";
  queue: "fifo" | "newest";
  /** What asks for releases here by itself. */
  autoPromote: "off" | "newest" | "matchUpstream";
  /** True where an approval gate guards it: whoever promotes here types its name. */
  protected: boolean;
}

/** All gates of an environment, in the order in which they are shown: first what must have succeeded before. */
export function gatesOf(environment: EnvironmentPolicy): GateConfig[] {
  const { requires, gates } = environment;
  return requires === undefined ? gates : [{ kind: "upstream", ...requires }, ...gates];
}

/** Why no environment may own this tag, or undefined where one may (product.md rules 1 and 2). */
export function environmentTagProblem(text: string): string | undefined {
  if (!isTag(text)) return "is not a tag";
  if (["latest", "dev"].includes(text.toLowerCase())) return "is a tag that anyone moves, so it says nothing";
  const { kind } = classifyTag(text);
  if (kind === "commit" || kind === "candidate" || kind === "final")
    return "has the form of a release, which never moves";
  return undefined;
}

const environmentTag = z
  .string()
  .superRefine((text, context) => {
    const message = environmentTagProblem(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  })
  .meta({
    description:
      "a registry tag that Waybill moves after a success, such as staging or prod; not latest, dev, sha-… or vX.Y.Z",
  });

/** One item of `spec.environments`; `position` is its index there. */
export const environment = z
  .strictObject({
    name,
    tag: environmentTag.optional(),
    requires: upstreamConfig.optional(),
    gates: z.array(gateConfig).max(50).default([]),
    strategy: strategy.prefault({ rolling: {} }),
    verification: verification.prefault({}),
    onFailure: z
      .enum(["rollBack", "hold"])
      .default("rollBack")
      .meta({ description: "rollBack (go back to the last verified digest) or hold (stop, and wait for a person)" }),
    queue: z
      .enum(["fifo", "newest"])
      .default("fifo")
      .meta({ description: "fifo (one after the other) or newest (a newer release supersedes one that still waits)" }),
    autoPromote: z.enum(["off", "newest", "matchUpstream"]).default("off").meta({
      description:
        "off, newest (each newly announced release is asked for by itself) or matchUpstream (what succeeded in the required environments follows)",
    }),
  })
  .transform((value) => ({ ...value, protected: value.gates.some((gate) => gate.kind === "approval" && !gate.shadow) }))
  .meta({ description: "a place that releases reach, in the order of this list" });
