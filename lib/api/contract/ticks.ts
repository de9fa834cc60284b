import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { promotion } from "@/lib/api/promotion-schema";
import { promotionKey } from "@/lib/api/values";
import { tickInput } from "@/lib/commands/tick";

export const tickOperation = operation({
  id: "tickItem",
  method: "post",
  path: "/promotions/{id}/ticks",
  tag: "Promotions",
  summary: "Tick an item of a checklist, or take that back",
  description:
    "For exactly this plan, by a person whom the item asks; void after a re-plan. A tick is a person's word: a token is " +
    "refused, whoever owns it.",
  params: z.strictObject({ id: promotionKey }),
  body: tickInput.omit({ promotion: true }).meta({ id: "TickRequest" }),
  answers: { 201: { description: "recorded; the promotion as it stands", schema: promotion } },
  refusals: [
    "planChanged",
    "notAsked",
    "personNeeded",
    "noSuchGate",
    "noSuchItem",
    "alreadyTicked",
    "notTicked",
    "stale",
    "ended",
  ],
});
