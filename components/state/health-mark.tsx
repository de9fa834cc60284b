import { Shape } from "./shape";
import { lookOf } from "./state-language";

export type HealthName = "healthy" | "degraded" | "failing" | "unknown" | "nothing";

interface HealthMarkProps {
  health: HealthName;
  /** Print the word too; without it the word is only read aloud. */
  word?: boolean;
}

/** How a service fares: the shape, and its word. */
export function HealthMark({ health, word }: HealthMarkProps) {
  const look = lookOf(health);
  return (
    <span className={`state tone-${look.tone}`}>
      <Shape name={look.shape} />
      <span className={word ? undefined : "sr"}>{look.word}</span>
    </span>
  );
}
