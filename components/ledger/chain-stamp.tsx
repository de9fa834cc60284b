import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import type { HistoryView } from "@/lib/queries/history";

/** A check counts for so long; behind that nobody has looked lately. */
const freshMs = 10 * 60_000;

/** The name of a chain as a person says it. */
export function chainName(project: string): string {
  return project === "@instance" ? "the installation" : project;
}

/** What the worker found when it walked the chain last. */
export function ChainStamp({ view }: { view: Pick<HistoryView, "asOf" | "checked" | "head"> }) {
  const { asOf, checked } = view;
  if (!checked) return <Stamp name="unknown">not checked yet</Stamp>;
  if (checked.finding !== null) return <Stamp name="fail">chain broken</Stamp>;
  if (Date.parse(asOf) - Date.parse(checked.at) > freshMs) {
    return (
      <Stamp name="unknown">
        checked <RelativeTime at={checked.at} />
      </Stamp>
    );
  }
  return <Stamp name="pass">chain verified</Stamp>;
}
