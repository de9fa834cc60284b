/** Who did something. A person is known by issuer and subject (`id`), never by the text of an e-mail address. */
export type Actor =
  | { kind: "person"; id: string; name: string }
  | { kind: "token"; id: string; name: string; owner: string }
  | { kind: "system"; name: "worker" | "observer" | "start" | "automation" | "Waybill" };

/** The person behind an action: a token acts for its owner; a system for nobody. */
export function personBehind(actor: Actor): string | undefined {
  switch (actor.kind) {
    case "person":
      return actor.id;
    case "token":
      return actor.owner;
    case "system":
      return undefined;
    default:
      actor satisfies never;
  }
}
