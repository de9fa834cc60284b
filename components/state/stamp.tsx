import type { ReactNode } from "react";
import { classNames } from "@/components/ui/class-names";
import { Shape } from "./shape";
import { lookOf, type StateName } from "./state-language";

interface StampProps {
  name: StateName;
  size?: "small" | "medium" | "big";
  /** A person said it: the rule is double. */
  signed?: boolean;
  /** Instead of the state's own word: `canary 25 %`, `approver, media 14:12`. */
  children?: ReactNode;
}

/** A state that somebody or something gave, or that needs a person. */
export function Stamp({ name, size = "medium", signed, children }: StampProps) {
  const look = lookOf(name);
  return (
    <span
      className={classNames(
        "stamp",
        `tone-${look.tone}`,
        look.stamp && `stamp--${look.stamp}`,
        size !== "medium" && `stamp--${size}`,
        signed && "stamp--signed",
      )}
    >
      <Shape name={look.shape} />
      {children ?? look.word}
    </span>
  );
}
