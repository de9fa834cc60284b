import Link from "next/link";
import type { ReactNode } from "react";
import { Shape, type ShapeName } from "@/components/state/shape";
import { countWords } from "@/components/ui/count-words";

export interface SealView {
  /** Whether the chain was checked, and what came of it. */
  standing: "verified" | "unchecked" | "broken";
  /** Entries of all chains in sight. */
  entries: number;
  /** What else stands there: a project's entries, the last checkpoint, the root. */
  rows?: { label: string; value: ReactNode }[];
  href?: string;
}

const looks: Record<SealView["standing"], { tone: string; shape: ShapeName; words: string }> = {
  verified: { tone: "tone-ok", shape: "pass", words: "Ledger verified" },
  unchecked: { tone: "tone-none", shape: "unknown", words: "Ledger not checked" },
  broken: { tone: "tone-fail", shape: "fail", words: "Ledger broken" },
};

/** The ledger's standing, at the foot of the navigation on every page. */
export function Seal({ standing, entries, rows = [], href = "/history" }: SealView) {
  const look = looks[standing];
  return (
    <Link className={`seal ${look.tone}`} href={href}>
      <span className="seal__head">
        <Shape name={look.shape} />
        {look.words}
      </span>
      {[{ label: "entries", value: countWords(entries) as ReactNode }, ...rows].map((row) => (
        <span className="seal__row" key={row.label}>
          <span>{row.label}</span>
          <b>{row.value}</b>
        </span>
      ))}
    </Link>
  );
}

/** The same in a rail, where only its shape has room. */
export function SealMark({ standing, entries, href = "/history" }: SealView) {
  const look = looks[standing];
  const words = `${look.words}, ${countWords(entries)} entries`;
  return (
    <Link className={`nav__mini ${look.tone}`} href={href} aria-label={words} title={words}>
      <Shape name={look.shape} />
    </Link>
  );
}
