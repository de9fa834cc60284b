import Link from "next/link";
import type { ReactNode } from "react";
import { ShortDigest } from "@/components/digest/short-digest";
import { ExactTime } from "@/components/time/exact-time";
import type { Moment } from "@/components/time/relative-time";
import { classNames } from "@/components/ui/class-names";
import { countWords } from "@/components/ui/count-words";

export interface FeedEntry {
  number: number;
  /** The entry's kind: `promotion.approved`. */
  kind: string;
  about?: ReactNode;
  at: Moment;
  hash: string;
  href?: string;
  /** In a replay: what had not happened yet, and the moment that is shown. */
  replayed?: "later" | "now";
}

/** Ledger entries in a narrow column, newest first; the gutter holds their numbers. */
export function Feed({ entries }: { entries: FeedEntry[] }) {
  return (
    <ol className="feed">
      {entries.map((entry) => (
        <li
          key={entry.number}
          className={classNames("feed__entry", entry.replayed && `feed__entry--${entry.replayed}`)}
          aria-current={entry.replayed === "now" ? "step" : undefined}
        >
          <span className="feed__no">
            <span className="sr">entry </span>
            {entry.href ? (
              <Link href={entry.href} prefetch={false}>
                {countWords(entry.number)}
              </Link>
            ) : (
              countWords(entry.number)
            )}
          </span>
          <div className="feed__what">
            <b>{entry.kind}</b>
            {entry.about ? <span className="feed__about">{entry.about}</span> : null}
          </div>
          <span className="feed__when">
            <ExactTime at={entry.at} />
            <ShortDigest digest={entry.hash} />
          </span>
        </li>
      ))}
    </ol>
  );
}
