import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { promotion } from "@/lib/api/promotion-schema";
import { actor, digest, environmentName, instant, projectName } from "@/lib/api/values";
import { driftInput } from "@/lib/commands/adopt-drift";
import { holdInput, releaseHoldInput } from "@/lib/commands/hold";

const hold = z
  .strictObject({
    id: z.string(),
    project: projectName,
    environment: environmentName.nullable().meta({ description: "null: the whole project is held" }),
    reason: z.string(),
    heldBy: actor,
    heldAt: instant,
  })
  .meta({ id: "Hold" });

const named = z.strictObject({ id: z.string() });

export const listHoldsOperation = operation({
  id: "listHolds",
  method: "get",
  path: "/holds",
  tag: "Environments",
  summary: "List the holds that stand",
  description: "Newest first.",
  query: z.strictObject({ project: projectName.optional() }),
  answers: { 200: { description: "the holds", schema: z.strictObject({ items: z.array(hold) }) } },
  refusals: [],
});

export const holdOperation = operation({
  id: "holdEnvironment",
  method: "post",
  path: "/holds",
  tag: "Environments",
  summary: "Stop the line",
  description:
    "Nothing new starts in the environment, or without one in the whole project, until the hold is lifted; what is under way goes on.",
  body: holdInput.meta({ id: "HoldRequest" }),
  answers: { 201: { description: "held", schema: named } },
  refusals: ["alreadyHeld"],
});

export const releaseHoldOperation = operation({
  id: "releaseHold",
  method: "delete",
  path: "/holds/{project}/{environment}",
  tag: "Environments",
  summary: "Lift a hold",
  description: "Promotions that waited for it are looked at again at once.",
  params: releaseHoldInput.omit({ why: true }).required(),
  query: releaseHoldInput.pick({ why: true }),
  answers: { 200: { description: "lifted", schema: named } },
  refusals: ["notHeld"],
});

export const releaseProjectHoldOperation = operation({
  id: "releaseProjectHold",
  method: "delete",
  path: "/holds/{project}",
  tag: "Environments",
  summary: "Lift the hold of a whole project",
  description: "Holds of single environments stay. Promotions that waited for it are looked at again at once.",
  params: releaseHoldInput.pick({ project: true }),
  query: releaseHoldInput.pick({ why: true }),
  answers: { 200: { description: "lifted", schema: named } },
  refusals: ["notHeld"],
});

const drift = driftInput.meta({
  id: "Drift",
  description: "the drift that was looked at: another one by now is refused",
});

export const adoptDriftOperation = operation({
  id: "adoptDrift",
  method: "post",
  path: "/drift/adopt",
  tag: "Environments",
  summary: "Adopt what was changed by hand",
  description: "What was found running is what should run from now on. It is not verified by that.",
  body: drift,
  answers: { 200: { description: "adopted", schema: z.strictObject({ digest }) } },
  refusals: ["noDrift", "driftChanged", "busy"],
});

export const revertDriftOperation = operation({
  id: "revertDrift",
  method: "post",
  path: "/drift/revert",
  tag: "Environments",
  summary: "Undo what was changed by hand",
  description: "A promotion of kind rollback brings back exactly what should run.",
  body: drift,
  answers: { 201: { description: "requested", schema: promotion, headers: { Location: "the promotion" } } },
  refusals: [
    "noDrift",
    "driftChanged",
    "busy",
    "unknownEnvironment",
    "unknownService",
    "noTarget",
    "noRegistry",
    "noColours",
  ],
});
