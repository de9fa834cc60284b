import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import { inputText } from "@/cli/input-text";
import type { applyOperation } from "@/lib/api/contract/documents";
import type { AnswerBody } from "@/lib/api/operation";

type Applied = AnswerBody<typeof applyOperation>;
type Diff = Applied["diffs"][number];

export const apply: Command = {
  name: "apply",
  about: "apply a project file: connections and projects",
  args: [],
  options: {
    file: { type: "string", short: "f", value: "FILE", about: "required; - reads standard input" },
    "dry-run": { type: "boolean", about: "only say what would change" },
  },
  async run(call) {
    const text = await inputText(call.required("file"), call.surroundings);
    const dryRun = call.flag("dry-run");
    const where = apiPath(["documents"], { dryRun: dryRun ? "true" : undefined });
    const { body } = await call.client.ask<Applied>("PUT", where, { body: text, type: "application/yaml" });
    call.answer(body);
    const changed = body.diffs.filter((diff) => diff.status !== "unchanged");
    for (const diff of changed) for (const line of describe(diff)) call.say(line);
    if (changed.length === 0) call.say("nothing changes");
    else if (dryRun) call.say("a dry run: nothing was applied");
    else if (body.proposals.length === 0) call.say("applied");
    for (const { project, environments } of dryRun ? body.secondPerson : []) {
      call.say(
        `${project}: another administrator would have to confirm it: it changes what guards ${environments.join(", ")}`,
      );
    }
    for (const { id, project, environments, fileHash, expiresAt } of body.proposals) {
      call.say(`${project}: not applied, it changes what guards ${environments.join(", ")}: it is proposed as ${id}`);
      call.say(`  until ${expiresAt} another administrator runs: waybill proposal confirm ${id} --hash ${fileHash}`);
    }
    return body.proposals.length > 0 ? EXIT.waiting : EXIT.ok;
  },
};

const marks = { added: "+", removed: "-", changed: "~", reordered: "~" } as const;

function describe({ document, status, changes }: Diff): string[] {
  const head = `${document.kind} ${document.name}: ${status}`;
  if (status === "added") return [head];
  return [head, ...changes.map((change) => `  ${marks[change.kind]} ${change.path}${valueText(change)}`)];
}

function valueText({ kind, before, after }: Diff["changes"][number]): string {
  const short = (value: unknown) => {
    const text = JSON.stringify(value) ?? "";
    return text.length > 80 ? `${text.slice(0, 79)}…` : text;
  };
  if (kind === "added") return `: ${short(after)}`;
  if (kind === "removed") return "";
  return kind === "reordered" ? ": another order" : `: ${short(before)} → ${short(after)}`;
}
