import { align, indent } from "@/cli/align";
import type { Command } from "@/cli/command";
import { EXIT, UsageError } from "@/cli/exit-codes";
import type { announceOperation } from "@/lib/api/contract/releases";
import type { AnswerBody } from "@/lib/api/operation";

export const announce: Command = {
  name: "announce",
  about: "announce a build as a release",
  args: ["PROJECT", "SERVICE=IMAGE…"],
  options: {
    name: { type: "string", value: "NAME", about: "the name of a set of services that move together" },
    version: { type: "string", value: "VERSION", about: "what people call it; else the tag, or what the image says" },
    "build-url": { type: "string", value: "URL", about: "the build that made it" },
    migration: { type: "string", value: "KIND", about: "what it does to data: none, reversible or irreversible" },
  },
  more: ["waybill announce veza backend=registry.veza.app/backend@sha256:… --version v2.4.1"],
  async run(call) {
    const [buildUrl, migration] = [call.text("build-url"), call.text("migration")];
    const body = {
      project: call.args.PROJECT,
      name: call.text("name"),
      version: call.text("version"),
      artifacts: call.rest.map((text) => ({ ...artifact(text), buildUrl, migration })),
    };
    const answered = await call.client.ask<AnswerBody<typeof announceOperation>>("POST", "/releases", { body });
    const { key, artifacts } = answered.body;
    call.answer(answered.body);
    call.say(`${key} ${answered.status === 201 ? "announced" : "was announced before"}`);
    for (const line of indent(align(artifacts.map((one) => [one.service, one.digest, one.revision ?? ""])))) {
      call.say(line);
    }
    return EXIT.ok;
  },
};

function artifact(text: string): { service: string; image: string } {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) {
    throw new UsageError(`"${text}": expected SERVICE=IMAGE, such as backend=registry.example.com/backend@sha256:…`);
  }
  return { service: text.slice(0, at), image: text.slice(at + 1) };
}
