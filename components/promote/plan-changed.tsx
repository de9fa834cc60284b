import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { comparePlans } from "@/lib/pipeline/plan/compare-plans";
import type { Plan } from "@/lib/pipeline/plan/plan";

/** Says that the plan is another one than the reader looked at, and what of it changed. */
export function PlanChanged({ before, after, onSeen }: { before: Plan; after: Plan; onSeen: () => void }) {
  return (
    <div className="mb-4">
      <Alert
        tone="warn"
        live
        title="The plan changed while you looked"
        action={<Button onClick={onSeen}>I looked at it</Button>}
      >
        <ul className="list-disc pl-4">
          {comparePlans(before, after).map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      </Alert>
    </div>
  );
}
