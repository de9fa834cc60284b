import type { Command } from "@/cli/command";
import { EXIT, UsageError } from "@/cli/exit-codes";
import { inputText } from "@/cli/input-text";
import type { recordScanOperation } from "@/lib/api/contract/scans";
import type { AnswerBody } from "@/lib/api/operation";

export const scanUpload: Command = {
  name: "scan upload",
  about: "attach a scanner's report to an announced image",
  args: ["FILE"],
  options: {
    project: { type: "string", value: "PROJECT", about: "the project" },
    digest: { type: "string", value: "DIGEST", about: "the image's digest, sha256:…" },
  },
  more: [
    "FILE is Trivy's JSON or SARIF 2.1.0; - reads it from standard input.",
    "trivy image --format json IMAGE | waybill scan upload - --project veza --digest sha256:…",
  ],
  async run(call) {
    const [project, digest] = [call.required("project"), call.required("digest")];
    const { FILE: file = "" } = call.args;
    const text = await inputText(file, call.surroundings);
    const body = { project, digest, report: parse(file, text) };
    const answered = await call.client.ask<AnswerBody<typeof recordScanOperation>>("POST", "/scans", { body });
    const { id, tool, counts } = answered.body;
    call.answer(answered.body);
    call.say(`${id} ${answered.status === 201 ? "recorded" : "was recorded before"}`);
    call.say(
      `  ${tool}: ${Object.entries(counts)
        .map(([severity, count]) => `${count} ${severity}`)
        .join(", ")}`,
    );
    return EXIT.ok;
  },
};

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON`);
  }
}
