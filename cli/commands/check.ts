import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import type { reportCheckOperation } from "@/lib/api/contract/checks";
import type { AnswerBody } from "@/lib/api/operation";

export const checkReport: Command = {
  name: "check report",
  about: "report a check of an announced image, such as a test run",
  args: ["NAME"],
  options: {
    project: { type: "string", value: "PROJECT", about: "required; the project" },
    environment: { type: "string", value: "ENV", about: "required; the environment that it was run for" },
    digest: { type: "string", value: "DIGEST", about: "required; the image's digest, sha256:…" },
    status: { type: "string", value: "STATUS", about: "required; queued, running, passed or failed" },
    url: { type: "string", value: "URL", about: "where the run can be seen" },
    summary: { type: "string", value: "TEXT", about: "what was found, in a line" },
  },
  more: [
    "waybill check report e2e --project veza --environment staging --digest sha256:… --status passed --url $CI_JOB_URL",
  ],
  async run(call) {
    const [url, summary] = [call.text("url"), call.text("summary")];
    const body = {
      ...{ name: call.args.NAME ?? "", project: call.required("project"), environment: call.required("environment") },
      ...{ digest: call.required("digest"), status: call.required("status") },
      ...(url === undefined ? {} : { url }),
      ...(summary === undefined ? {} : { summary }),
    };
    const answered = await call.client.ask<AnswerBody<typeof reportCheckOperation>>("POST", "/checks", { body });
    const { id, name, status, environment } = answered.body;
    call.answer(answered.body);
    call.say(`${id} ${answered.status === 201 ? "reported" : "was reported before"}`);
    call.say(`  ${name}: ${status} in ${environment}`);
    return EXIT.ok;
  },
};
