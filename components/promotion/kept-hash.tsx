import Link from "next/link";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";

/** Something kept beside the ledger, as it compares with the hash that the ledger has of it. */
interface KeptHashProps {
  project: string;
  standing: "intact" | "changed" | "removed";
  /** Of the ledger, with the hash. */
  entry: number;
  /** When it is removed; ISO 8601. */
  until: string;
}

/** Goes on after the words before it: `entry 12, unchanged since. Secrets are taken out; it is removed in 90 days.` */
export function KeptHash({ project, standing, entry, until }: KeptHashProps) {
  return (
    <>
      <Link className="link" href={`/history?project=${project}&before=${entry + 1}&entry=${entry}`}>
        entry {entry}
      </Link>
      {standing === "removed" ? ". It was removed after its time; the hash stays." : null}
      {standing === "intact" ? (
        <>
          , unchanged since. Secrets are taken out; it is removed <RelativeTime at={until} />.
        </>
      ) : null}
    </>
  );
}

/** The warning where it is another than the one that was recorded; nothing where it is not. */
export function ChangedSince({ standing }: Pick<KeptHashProps, "standing">) {
  if (standing !== "changed") return null;
  return (
    <p className="mb-1">
      <Stamp name="fail">changed</Stamp> <b>It is not what was recorded: do not trust it.</b>
    </p>
  );
}
