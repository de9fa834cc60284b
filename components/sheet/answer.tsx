import type { ReactNode } from "react";
import { Shape, type ShapeName } from "@/components/state/shape";
import { State } from "@/components/state/state";
import type { Tone } from "@/components/state/state-language";
import type { VerdictName } from "@/components/state/verdict";

interface AnswerProps {
  tone: Tone;
  shape: ShapeName;
  /** The answer itself: `May be requested`. */
  word: ReactNode;
  children?: ReactNode;
}

/** What the whole sheet comes to, at the top of the aside. */
export function Answer({ tone, shape, word, children }: AnswerProps) {
  return (
    <div className={`answer tone-${tone}`}>
      <h2 className="answer__word">
        <Shape name={shape} />
        {word}
      </h2>
      {children ? <div className="note">{children}</div> : null}
    </div>
  );
}

const verdicts: readonly VerdictName[] = ["pass", "wait", "fail", "unknown"];

/** How many gates said what. */
export function Tally({ counts }: { counts: Record<VerdictName, number> }) {
  return (
    <ul className="tally" aria-label="Verdicts">
      {verdicts.map((verdict) => (
        <li key={verdict} className={counts[verdict] === 0 ? "is-zero" : undefined}>
          <b>{counts[verdict]}</b>
          <State name={verdict} />
        </li>
      ))}
    </ul>
  );
}
