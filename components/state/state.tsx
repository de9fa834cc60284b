import type { ReactNode } from "react";
import { Shape } from "./shape";
import { lookOf, type StateName } from "./state-language";

interface StateProps {
  name: StateName;
  /** Instead of the state's own word: `ready, about 40 s`. */
  children?: ReactNode;
}

/** A state in plain text: its shape, then its word, in its colour. */
export function State({ name, children }: StateProps) {
  const look = lookOf(name);
  return (
    <span className={`state tone-${look.tone}`}>
      <Shape name={look.shape} />
      {children ?? look.word}
    </span>
  );
}
