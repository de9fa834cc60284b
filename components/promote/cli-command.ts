import type { PreviewSubject } from "@/lib/queries/promote-preview";

/** The command that asks for exactly this, in a shell's form. */
export function cliCommand(subject: PreviewSubject, planHash: string): string {
  const { project, environment } = subject;
  const said = subject.severity ? `--severity ${subject.severity} --reason "…" ` : "";
  const bound = `${said}--plan ${planHash} --wait`;
  return subject.kind === "promote"
    ? `waybill promote ${quote(project)} ${quote(subject.release)} --to ${quote(environment)} ${bound}`
    : `waybill rollback ${quote(project)} ${subject.services.map(quote).join(" ")} --in ${quote(environment)} ${bound}`;
}

function quote(word: string): string {
  return /^[A-Za-z0-9@._,+:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
