import type { ReactNode } from "react";
import { Shape } from "@/components/state/shape";
import { lookOf, type StateName } from "@/components/state/state-language";

export interface Bullet {
  id: string;
  /** Its mark; a dash where it is neither good nor bad. */
  state?: StateName;
  text: ReactNode;
}

/** Short statements, each with the shape of what it means. */
export function Bullets({ items }: { items: Bullet[] }) {
  return (
    <ul className="bullets">
      {items.map((item) => {
        const look = item.state ? lookOf(item.state) : undefined;
        return (
          <li key={item.id} className={look ? `tone-${look.tone}` : undefined}>
            <Shape name={look?.shape ?? "dash"} label={look?.word} />
            <span>{item.text}</span>
          </li>
        );
      })}
    </ul>
  );
}
