import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { actor, digest, environmentName, instant, projectName, promotionKey, serviceName } from "@/lib/api/values";
import { blockInput } from "@/lib/commands/block";
import { pinInput, unpinInput } from "@/lib/commands/pin";
import { resumeAutomationInput } from "@/lib/commands/resume-automation";
import { unblockInput } from "@/lib/commands/unblock";

const block = z
  .strictObject({
    id: z.string(),
    project: projectName,
    environment: environmentName,
    service: serviceName,
    digest,
    reason: z.string(),
    nextStep: z.string(),
    promotion: promotionKey.nullable(),
    blockedBy: actor,
    blockedAt: instant,
  })
  .meta({ id: "Block" });

const pin = z
  .strictObject({
    id: z.string(),
    project: projectName,
    environment: environmentName,
    service: serviceName,
    digest,
    reason: z.string(),
    pinnedBy: actor,
    pinnedAt: instant,
  })
  .meta({ id: "Pin" });

const named = z.strictObject({ id: z.string() });

export const listBlocksOperation = operation({
  id: "listBlocks",
  method: "get",
  path: "/blocks",
  tag: "Environments",
  summary: "List the digests that may not go somewhere",
  description: "The blocks that stand, newest first.",
  query: z.strictObject({
    project: projectName.optional(),
    environment: environmentName.optional(),
    service: serviceName.optional(),
  }),
  answers: { 200: { description: "the blocks", schema: z.strictObject({ items: z.array(block) }) } },
  refusals: [],
});

export const unblockOperation = operation({
  id: "unblockDigest",
  method: "post",
  path: "/unblocks",
  tag: "Environments",
  summary: "Lift a block",
  description: "Lets a digest into an environment again that failed there, with a reason.",
  body: unblockInput.meta({ id: "Unblock" }),
  answers: { 200: { description: "lifted", schema: named } },
  refusals: ["notBlocked"],
});

export const blockOperation = operation({
  id: "blockDigest",
  method: "post",
  path: "/blocks",
  tag: "Environments",
  summary: "Block a digest",
  description:
    "Keeps a digest out of an environment until the block is lifted; what waits to bring it there is refused. What runs or is under way is not touched.",
  body: blockInput.meta({ id: "BlockRequest" }),
  answers: { 201: { description: "blocked", schema: named } },
  refusals: ["blocked", "noTarget", "unknownDigest"],
});

export const listPinsOperation = operation({
  id: "listPins",
  method: "get",
  path: "/pins",
  tag: "Environments",
  summary: "List the digests that are kept where they are",
  description: "The pins that stand, newest first.",
  query: z.strictObject({
    project: projectName.optional(),
    environment: environmentName.optional(),
    service: serviceName.optional(),
  }),
  answers: { 200: { description: "the pins", schema: z.strictObject({ items: z.array(pin) }) } },
  refusals: [],
});

export const pinOperation = operation({
  id: "pinDigest",
  method: "post",
  path: "/pins",
  tag: "Environments",
  summary: "Pin a digest",
  description:
    "Promotions of another digest of the service wait in this environment, and automation stays off, until the pin is lifted. It moves nothing, and a rollback is not stopped by it.",
  body: pinInput.meta({ id: "PinRequest" }),
  answers: { 201: { description: "pinned", schema: named } },
  refusals: ["alreadyPinned", "noTarget", "unknownDigest"],
});

export const unpinOperation = operation({
  id: "unpinDigest",
  method: "delete",
  path: "/pins/{project}/{environment}/{service}",
  tag: "Environments",
  summary: "Lift a pin",
  description: "Promotions that waited for it are looked at again at once.",
  params: unpinInput.omit({ why: true }),
  query: unpinInput.pick({ why: true }),
  answers: { 200: { description: "lifted", schema: named } },
  refusals: ["notPinned"],
});

const automationHold = z
  .strictObject({
    id: z.string(),
    project: projectName,
    environment: environmentName,
    service: serviceName,
    reason: z.string(),
    promotion: promotionKey.nullable(),
    heldBy: actor,
    heldAt: instant,
  })
  .meta({ id: "AutomationHold" });

export const listAutomationHoldsOperation = operation({
  id: "listAutomationHolds",
  method: "get",
  path: "/automation-holds",
  tag: "Environments",
  summary: "List where a rollback holds automatic promotion",
  description: "Where somebody rolled back in an environment that promotes by itself, newest first.",
  query: z.strictObject({
    project: projectName.optional(),
    environment: environmentName.optional(),
    service: serviceName.optional(),
  }),
  answers: { 200: { description: "the holds", schema: z.strictObject({ items: z.array(automationHold) }) } },
  refusals: [],
});

export const resumeAutomationOperation = operation({
  id: "resumeAutomation",
  method: "delete",
  path: "/automation-holds/{project}/{environment}/{service}",
  tag: "Environments",
  summary: "Let automation go on",
  description: "Automatic promotion moves the service again, to what is newer than what was rolled back.",
  params: resumeAutomationInput.omit({ why: true }),
  query: resumeAutomationInput.pick({ why: true }),
  answers: { 200: { description: "resumed", schema: named } },
  refusals: ["automationNotHeld"],
});
