import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { environmentName, projectName, promotionKey, serviceName } from "@/lib/api/values";
import { alertmanagerMessage } from "@/lib/commands/fire-by-alertmanager";
import { fireTriggerInput } from "@/lib/commands/fire-trigger";
import { name } from "@/lib/pipeline/policy/name";

const told = z.strictObject({
  promotion: promotionKey,
  phase: z.string().meta({ description: "what the promotion does now, such as rollingBack" }),
  fired: z.boolean().meta({ description: "false where it was on its way back already" }),
});

export const fireTriggerOperation = operation({
  id: "fireTrigger",
  method: "post",
  path: "/triggers",
  tag: "Promotions",
  summary: "Report that a trigger fired",
  description:
    "For a machine outside, such as a circuit breaker: what is in flight there, and names this trigger in its plan " +
    "(`rollBackWhen: [{ webhook: NAME }]`), goes back at once. The same `id` again is the same report. A token of the " +
    "role `alarm` may do this and nothing else.",
  body: fireTriggerInput.meta({ id: "TriggerReport" }),
  answers: {
    201: {
      description: "what it sent back",
      schema: z
        .strictObject({ trigger: z.string(), id: z.string(), promotions: z.array(told) })
        .meta({ id: "TriggerTold" }),
    },
    200: {
      description: "exactly this was reported before; nothing was done again",
      schema: z.strictObject({ trigger: z.string(), id: z.string(), promotions: z.array(told) }),
    },
  },
  refusals: ["nothingInFlight", "noSuchTrigger", "reportOfBefore", "notRunning", "ended"],
  mayConflict: true,
});

const heard = z
  .strictObject({
    service: serviceName.nullable().meta({ description: "null: about all of them" }),
    promotions: z.array(told),
    refused: z.string().nullable().meta({ description: "why nothing went back; null where something did" }),
  })
  .meta({ id: "AlertHeard" });

export const fireByAlertmanagerOperation = operation({
  id: "fireByAlertmanager",
  method: "post",
  path: "/triggers/{project}/{environment}/{trigger}/alertmanager",
  tag: "Promotions",
  summary: "Report that a trigger fired, as an Alertmanager's webhook receiver",
  description:
    "Takes an Alertmanager's message as it is. Each alert that fires is a report about the service that its label " +
    "`service` names, or about all where it has none. It is answered with 200 also where nothing is in flight, which is usual.",
  params: z.strictObject({ project: projectName, environment: environmentName, trigger: name }),
  query: z.strictObject({
    service: serviceName.optional().meta({ description: "what it is about, whatever the alerts' labels say" }),
  }),
  body: alertmanagerMessage.meta({ id: "AlertmanagerMessage" }),
  bodyBytesMax: 131_072,
  answers: {
    200: { description: "what became of each service's alerts", schema: z.strictObject({ heard: z.array(heard) }) },
  },
  refusals: [],
});
