import type { PreviewSubject } from "@/lib/queries/promote-preview";

/** The command that asks for exactly this, in a shell's form. */
export function cliCommand(subject: PreviewSubject, planHash: string): string {
  const { project, environment } = subject;
  const place = `--project ${quote(project)} --environment ${quote(environment)}`;
  return subject.kind === "promote"
    ? `waybill promote ${place} --release ${quote(subject.release)} --plan ${planHash} --wait`
    : `waybill rollback ${place} --services ${quote(subject.services.join(","))} --plan ${planHash} --wait`;
}

function quote(word: string): string {
  return /^[A-Za-z0-9@._,+:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
