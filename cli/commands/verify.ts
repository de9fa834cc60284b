import { apiPath } from "@/cli/api-client";
import type { Command, Invocation } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import type { listReverificationsOperation } from "@/lib/api/contract/reverifications";
import type { AnswerBody } from "@/lib/api/operation";

type Reverification = AnswerBody<typeof listReverificationsOperation>["items"][number];

const lookAgainMs = 500;
const waitMs = 120_000;

export const verify: Command = {
  name: "verify",
  about: "make an environment's checks once more of what runs there; what fails is blocked",
  args: ["PROJECT", "SERVICE"],
  options: { in: { type: "string", value: "ENV", about: "required; the environment" } },
  more: ["It waits for the end. Exit code 1: a check failed; 3: it could not be told, or takes longer than 2 minutes."],
  async run(call) {
    const { PROJECT: project = "", SERVICE: service = "" } = call.args;
    const place = { project, environment: call.required("in"), service };
    const { body } = await call.client.ask<{ id: string }>("POST", "/reverifications", { body: place });
    const ended = await awaitEnd(call, place, body.id);
    call.answer(ended ?? body);
    if (!ended) {
      call.note(`${body.id} goes on without us: the time to wait is over`);
      return EXIT.waiting;
    }
    for (const { title, status, found } of ended.checks) call.say(`${status}: ${title} (${found})`);
    call.say(ended.said === null ? ended.status : `${ended.status}: ${ended.said}`);
    if (ended.status === "passed") return EXIT.ok;
    return ended.status === "failed" ? EXIT.failed : EXIT.waiting;
  },
};

async function awaitEnd(
  call: Invocation,
  place: Record<string, string>,
  id: string,
): Promise<Reverification | undefined> {
  const until = call.surroundings.now() + waitMs;
  while (call.surroundings.now() < until) {
    const path = apiPath(["reverifications"], place);
    const { body } = await call.client.ask<{ items: Reverification[] }>("GET", path);
    const found = body.items.find((one) => one.id === id);
    if (found && found.status !== "due") return found;
    await call.surroundings.pause(lookAgainMs);
  }
  return undefined;
}
