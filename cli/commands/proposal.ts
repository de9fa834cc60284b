import { indent } from "@/cli/align";
import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import type { confirmProposalOperation, listProposalsOperation } from "@/lib/api/contract/documents";
import type { AnswerBody } from "@/lib/api/operation";

type Proposals = AnswerBody<typeof listProposalsOperation>;
type Decided = AnswerBody<typeof confirmProposalOperation>;

export const proposalList: Command = {
  name: "proposal list",
  about: "show the changes of project files that wait for a second person",
  args: [],
  options: { project: { type: "string", value: "PROJECT", about: "of this project only" } },
  async run(call) {
    const where = apiPath(["proposals"], { project: call.text("project") });
    const { body } = await call.client.ask<Proposals>("GET", where);
    call.answer(body);
    if (body.items.length === 0) call.say("nothing is proposed");
    for (const one of body.items) {
      call.say(`${one.id} by ${one.proposedBy}, changes what guards ${one.environments.join(", ")}`);
      for (const line of indent(one.changes.map((change) => `${change.kind} ${change.path}`))) call.say(line);
      const how = one.current ? `hash ${one.fileHash}` : "the file is another one by now";
      call.say(`  until ${one.expiresAt}, ${how}`);
    }
    return EXIT.ok;
  },
};

export const proposalConfirm: Command = {
  name: "proposal confirm",
  about: "apply what another administrator proposed",
  args: ["ID"],
  options: { hash: { type: "string", value: "HASH", about: "required; of the text that was looked at" } },
  async run(call) {
    const path = apiPath(["proposals", call.args.ID ?? "", "confirm"]);
    const { body } = await call.client.ask<Decided>("POST", path, { body: { fileHash: call.required("hash") } });
    call.answer(body);
    call.say(`version ${body.version} of ${body.project} is applied`);
    return EXIT.ok;
  },
};

export const proposalReject: Command = {
  name: "proposal reject",
  about: "reject a proposed change, or take back one's own",
  args: ["ID"],
  options: { reason: { type: "string", value: "TEXT", about: "required; why" } },
  async run(call) {
    const path = apiPath(["proposals", call.args.ID ?? "", "reject"]);
    const { body } = await call.client.ask<Decided>("POST", path, { body: { why: call.required("reason") } });
    call.answer(body);
    call.say(`rejected; version ${body.version} of ${body.project} stays`);
    return EXIT.ok;
  },
};
