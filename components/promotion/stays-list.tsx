import { Bullets } from "@/components/sheet/bullets";
import { notRolledBack, type Staying } from "@/lib/pipeline/plan/not-rolled-back";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { ServiceFacts } from "@/lib/queries/plan-facts";

interface StaysListProps {
  plan: Plan;
  facts: readonly ServiceFacts[];
}

/** What going back leaves as it is, of every service that would go back. */
export function StaysList({ plan, facts }: StaysListProps) {
  const known = plan.services.flatMap((planned) => {
    const fact = facts.find((one) => one.service === planned.service);
    return fact?.wayBack ? [{ planned, wayBack: fact.wayBack }] : [];
  });
  if (known.length === 0) return null;
  // What stays alike of several is said once.
  const groups = new Map<string, { services: string[]; items: Staying[] }>();
  for (const { planned, wayBack } of known) {
    const items = notRolledBack(plan, planned, wayBack);
    const group = groups.get(JSON.stringify(items)) ?? { services: [], items };
    group.services.push(planned.service);
    groups.set(JSON.stringify(items), group);
  }
  return (
    <div className="mt-3">
      <h3 className="small strong mb-1">Not rolled back</h3>
      {[...groups].map(([alike, { services, items }]) => (
        <div key={alike} className="mb-2">
          {plan.services.length > 1 ? (
            <p className="small soft mb-1">
              {services.length > 1 && services.length === plan.services.length
                ? `of each of the ${services.length} services`
                : services.join(", ")}
            </p>
          ) : null}
          <Bullets items={items} />
        </div>
      ))}
    </div>
  );
}
