"use client";

import { Fragment, type ReactNode } from "react";
import { ShortDigest } from "@/components/digest/short-digest";
import { Shape } from "@/components/state/shape";
import { lookOf, type StateName } from "@/components/state/state-language";
import { ExactTime } from "@/components/time/exact-time";
import { useInBrowser } from "@/components/time/now";
import type { Moment } from "@/components/time/relative-time";
import { classNames } from "@/components/ui/class-names";
import { countWords } from "@/components/ui/count-words";

export interface LedgerEntry {
  /** Unique in the list: numbers repeat where several chains are shown. */
  id: string;
  number: number;
  at: Moment;
  kind: string;
  /** The shape and colour its kind is drawn with. */
  state: StateName;
  subject: ReactNode;
  about?: ReactNode;
  by: ReactNode;
  hash: string;
  /** Had not happened yet at the moment one looks at. */
  later?: boolean;
}

interface LedgerTableProps {
  caption: string;
  entries: LedgerEntry[];
  /** The entry that is laid open, and what it says. */
  openId?: string;
  detail?: ReactNode;
  onToggle?: (id: string) => void;
  /** At the foot: how many more there are, and the way to them. */
  more?: ReactNode;
}

const widths = ["60px", "36px", "152px", "196px", undefined, "144px", "92px"];

/** The bound book: one entry a line, its number in the gutter, its link of the chain beside it. */
export function LedgerTable({ caption, entries, openId, detail, onToggle, more }: LedgerTableProps) {
  return (
    <table className="ledger">
      <caption className="sr">{caption}</caption>
      <colgroup>
        {widths.map((width, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns have a place and no name
          <col key={index} style={width ? { width } : undefined} />
        ))}
      </colgroup>
      <thead>
        <tr>
          <th scope="col" className="ledger__no">
            entry
          </th>
          <th scope="col">
            <span className="sr">chain</span>
          </th>
          <th scope="col">
            when <ReadersZone />
          </th>
          <th scope="col">what</th>
          <th scope="col">subject</th>
          <th scope="col">by</th>
          <th scope="col" className="num">
            hash
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Fragment key={entry.id}>
            <Row entry={entry} open={entry.id === openId} onToggle={onToggle} />
            {entry.id === openId && detail ? <Detail id={entry.id}>{detail}</Detail> : null}
          </Fragment>
        ))}
        {more ? (
          <tr className="ledger__more">
            <td className="ledger__no" />
            <td className="ledger__chain" />
            <td colSpan={5}>{more}</td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

/** By whose clock the times are: an auditor reads them beside those of other places. */
function ReadersZone() {
  const zone = useInBrowser() ? new Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";
  return <span className="muted">{zone}</span>;
}

function Row({ entry, open, onToggle }: { entry: LedgerEntry; open: boolean; onToggle?: (id: string) => void }) {
  const look = lookOf(entry.state);
  const verb = (
    <>
      <Shape name={look.shape} />
      <span className="verb__text">{entry.kind}</span>
    </>
  );
  return (
    <tr className={classNames(entry.later && "is-later", open && "is-expanded")}>
      <td className="ledger__no">{countWords(entry.number)}</td>
      <td className="ledger__chain">
        <i className="link-node" />
      </td>
      <td className="ledger__when muted">
        <ExactTime at={entry.at} show="moment" />
      </td>
      <td className="ledger__what">
        {onToggle ? (
          <button
            type="button"
            className={`verb tone-${look.tone}`}
            aria-expanded={open}
            aria-controls={open ? `entry-${entry.id}` : undefined}
            onClick={() => onToggle(entry.id)}
          >
            {verb}
          </button>
        ) : (
          <span className={`verb tone-${look.tone}`}>{verb}</span>
        )}
      </td>
      <td className="ledger__subject">
        <span>{entry.subject}</span>
        {entry.about ? <span className="muted">{entry.about}</span> : null}
      </td>
      <td className="ledger__by soft">{entry.by}</td>
      <td className="ledger__hash num">
        <ShortDigest digest={entry.hash} />
      </td>
    </tr>
  );
}

function Detail({ id, children }: { id: string; children: ReactNode }) {
  return (
    <tr className="ledger__detail" id={`entry-${id}`}>
      <td className="ledger__no" />
      <td className="ledger__chain" />
      <td />
      <td colSpan={4}>{children}</td>
    </tr>
  );
}
