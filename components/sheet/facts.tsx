import type { ReactNode } from "react";

export interface Fact {
  name: string;
  value: ReactNode;
  /** A digest, a hash, a name from a file. */
  mono?: boolean;
}

/**
 * Names and values, ruled by nothing but their columns; facts without a value are left out. With `long` a value stands
 * below its name on a narrow page: sentences and queries.
 */
export function Facts({ facts, long = false }: { facts: (Fact | false | undefined)[]; long?: boolean }) {
  const told = facts.filter((fact): fact is Fact => Boolean(fact) && fact !== false && fact?.value !== undefined);
  return (
    <dl className={long ? "facts facts--long" : "facts"}>
      {told.map((fact) => (
        <div key={fact.name} className="contents">
          <dt>{fact.name}</dt>
          <dd className={fact.mono ? "mono" : undefined}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
