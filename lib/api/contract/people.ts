import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { actor, instant } from "@/lib/api/values";
import { restorePersonInput, revokePersonInput } from "@/lib/commands/revoke-person";

const person = z
  .strictObject({
    id: z.string().meta({ description: "issuer and subject, with # between them" }),
    name: z.string(),
    email: z.string().meta({ description: "empty where the sign-in service did not vouch for one" }),
    groups: z.array(z.string()).meta({ description: "as the sign-in service said last" }),
    administrator: z.boolean().meta({ description: "true: administers the installation" }),
    seenAt: instant.meta({ description: "the last sign-in" }),
    revoked: z
      .strictObject({ at: instant, by: actor, reason: z.string() })
      .nullable()
      .meta({ description: "null: may sign in" }),
  })
  .meta({ id: "Person" });

export const listPeopleOperation = operation({
  id: "listPeople",
  method: "get",
  path: "/people",
  tag: "People",
  summary: "List who has signed in",
  description: "Everybody who has signed in at least once, those whose access is revoked first; a thousand at most.",
  answers: { 200: { description: "the people", schema: z.strictObject({ items: z.array(person) }) } },
  refusals: [],
});

export const revokePersonOperation = operation({
  id: "revokePerson",
  method: "post",
  path: "/people/revoke",
  tag: "People",
  summary: "Take a person's access away",
  description:
    "They are signed out and cannot sign in, their tokens are void, and what they signed for promotions that have not " +
    "started counts no more. What runs is not touched. For administrators of the installation.",
  body: revokePersonInput.meta({ id: "RevokePerson" }),
  answers: {
    200: {
      description: "revoked",
      schema: z.strictObject({
        id: z.string(),
        tokens: z.int().meta({ description: "how many tokens of theirs became void" }),
      }),
    },
  },
  refusals: ["ownAccess", "alreadyRevoked"],
});

export const restorePersonOperation = operation({
  id: "restorePerson",
  method: "post",
  path: "/people/restore",
  tag: "People",
  summary: "Give a person's access back",
  description: "They may sign in again. Sessions, tokens and signatures from before stay void.",
  body: restorePersonInput.meta({ id: "RestorePerson" }),
  answers: { 200: { description: "restored", schema: z.strictObject({ id: z.string() }) } },
  refusals: ["notRevoked"],
});
