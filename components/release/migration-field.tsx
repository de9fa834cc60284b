import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { type Migration, migrations } from "@/lib/pipeline/release/migration";

/** What is chosen: one of what a release may say, or nothing, which its image may still say. */
export type MigrationChoice = Migration | "";

const labels: Record<Migration, string> = {
  none: "None",
  reversible: "Reversible: the release before runs with it, or it can be undone",
  irreversible: "Irreversible: there is no way back over it",
};

interface MigrationFieldProps {
  value: MigrationChoice;
  error: string | undefined;
  onChange: (value: MigrationChoice) => void;
}

/** What the release does to data: how ready its rollback is depends on it. */
export function MigrationField({ value, error, onChange }: MigrationFieldProps) {
  return (
    <Field label="Migration of data" hint="Not said: what the image says, else not known." error={error}>
      {(wiring) => (
        <Select
          {...wiring}
          value={value}
          onChange={(event) => onChange(migrations.find((one) => one === event.target.value) ?? "")}
          options={[{ value: "", label: "Not said" }, ...migrations.map((one) => ({ value: one, label: labels[one] }))]}
        />
      )}
    </Field>
  );
}
