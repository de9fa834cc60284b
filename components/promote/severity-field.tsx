"use client";

import { useRouter } from "next/navigation";
import { previewQuery } from "@/components/promote/preview-address";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { severities } from "@/lib/pipeline/policy/severity";
import type { PreviewView } from "@/lib/queries/promote-preview";

/** How urgent it is, where a freeze lets some severity pass. It is part of the plan: another one is another plan. */
export function SeverityField({ view }: { view: PreviewView }) {
  const router = useRouter();
  const { subject, plan, verdicts } = view;
  const exempt = new Set(plan.gates.flatMap((gate) => (gate.kind === "freeze" && !gate.shadow ? gate.exempt : [])));
  const isClosed = verdicts.some((one) => one.gate === "freeze" && one.status !== "pass");
  if (subject.severity === undefined && !(isClosed && exempt.size > 0)) return null;
  const options = [
    { value: "", label: "not said" },
    ...severities.map((one) => ({ value: one, label: exempt.has(one) ? `${one}, may pass the freeze` : one })),
  ];
  const choose = (value: string) => {
    const { severity: _, ...rest } = subject;
    const severity = severities.find((one) => one === value);
    router.replace(`/promote?${previewQuery(severity ? { ...rest, severity } : rest)}`, { scroll: false });
  };
  return (
    <Field label="Severity" hint="Part of the plan; it is said with a reason.">
      {(wiring) => (
        <Select
          {...wiring}
          options={options}
          value={subject.severity ?? ""}
          onChange={(event) => choose(event.target.value)}
        />
      )}
    </Field>
  );
}
