import type { ReactNode } from "react";
import { classNames } from "@/components/ui/class-names";

interface BoxProps {
  title: ReactNode;
  /** Its number in the form; without one the box has no gutter. */
  number?: number;
  /** Beside the title, quieter: how many, by what rule. */
  note?: ReactNode;
  /** At the right of the caption: what the box comes to. */
  answer?: ReactNode;
  /** For a table or a feed that runs to the box's edges. */
  flush?: boolean;
  level?: 2 | 3;
  id?: string;
  className?: string;
  children?: ReactNode;
}

/** One numbered box of a sheet: its address, its caption, its answer, its content. */
export function Box({ title, number, note, answer, flush, level = 2, id, className, children }: BoxProps) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section
      className={classNames("box", flush && "box--flush", number === undefined && "box--plain", className)}
      id={id}
    >
      <header className="box__head">
        {number === undefined ? null : <span className="box__no">{number}</span>}
        <Heading className="box__title">{title}</Heading>
        {note ? <span className="box__note">{note}</span> : null}
        {answer ? <span className="box__answer">{answer}</span> : null}
      </header>
      {children}
    </section>
  );
}
