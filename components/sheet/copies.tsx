import type { ReactNode } from "react";
import { Shape } from "@/components/state/shape";
import { lookOf } from "@/components/state/state-language";
import { ExactTime } from "@/components/time/exact-time";
import type { Moment } from "@/components/time/relative-time";
import { classNames } from "@/components/ui/class-names";

export interface Copy {
  /** When; left out while it has not come to that. */
  at?: Moment;
  /** By whom, of what, with which proof; or, while it is open, what is waited for. */
  about?: ReactNode;
  /** It will not come to that any more. */
  never?: boolean;
}

interface CopiesProps {
  requested: Copy;
  accepted: Copy;
  observed: Copy;
}

const names = ["requested", "accepted", "observed"] as const;

/** Requested, accepted, observed: three copies of one order, of which only the last is proof. */
export function Copies(copies: CopiesProps) {
  return (
    <ol className="copies">
      {names.map((name) => (
        <Part key={name} name={name} copy={copies[name]} />
      ))}
    </ol>
  );
}

function Part({ name, copy }: { name: (typeof names)[number]; copy: Copy }) {
  const look = lookOf(name);
  const isSeen = name === "observed" && copy.at !== undefined;
  return (
    <li
      className={classNames(
        "copies__part",
        isSeen && "copies__part--seen tone-ok",
        copy.at === undefined && "copies__part--open",
      )}
    >
      <span className="copies__word">
        <Shape name={copy.at === undefined ? "dash" : look.shape} />
        {copy.at === undefined ? `${copy.never ? "not" : "not yet"} ${look.word}` : look.word}
      </span>
      {copy.at === undefined ? <span /> : <ExactTime at={copy.at} />}
      {copy.about ? <span className="copies__about">{copy.about}</span> : null}
    </li>
  );
}
