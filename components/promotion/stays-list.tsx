import { Bullets } from "@/components/sheet/bullets";
import { notRolledBack } from "@/lib/pipeline/plan/not-rolled-back";
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
  return (
    <div className="mt-3">
      <h3 className="small strong mb-1">Not rolled back</h3>
      {known.map(({ planned, wayBack }) => (
        <div key={planned.service} className="mb-2">
          {plan.services.length > 1 ? <p className="small soft mb-1">{planned.service}</p> : null}
          <Bullets items={notRolledBack(plan, planned, wayBack)} />
        </div>
      ))}
    </div>
  );
}
