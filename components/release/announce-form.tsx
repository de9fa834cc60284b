"use client";

import { Plus, X } from "lucide-react";
import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { useAction } from "@/components/action/use-action";
import type { AnnounceAction, AnnounceChoice } from "@/components/release/announce-button";
import { fieldErrors } from "@/components/release/announce-errors";
import { type MigrationChoice, MigrationField } from "@/components/release/migration-field";
import { Button, IconButton } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

interface AnnounceFormProps {
  action: AnnounceAction;
  choices: AnnounceChoice[];
  service?: string;
  onDone: (href: string | undefined) => void;
}

interface Row {
  id: number;
  service: string;
  image: string;
}

/** One service's image, or several that move together under one name; what is wrong is said at the field. */
export function AnnounceForm({ action, choices, service, onDone }: AnnounceFormProps) {
  const [project, setProject] = useState(choices[0]?.project ?? "");
  const services = choices.find((choice) => choice.project === project)?.services ?? [];
  const [rows, setRows] = useState<Row[]>([{ id: 0, service: service ?? services[0]?.name ?? "", image: "" }]);
  const [name, setName] = useState("");
  const [version, setVersion] = useState("");
  const [buildUrl, setBuildUrl] = useState("");
  const [migration, setMigration] = useState<MigrationChoice>("");
  const { run, busy, failure } = useAction(action, { onDone: ({ href }) => onDone(href) });
  const { errors, rest } = fieldErrors(failure, rows.length);
  const change = (id: number, part: Partial<Row>) =>
    setRows(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));

  function submit() {
    const link = buildUrl.trim();
    void run({
      project,
      ...(rows.length > 1 ? { name: name.trim() } : {}),
      ...(version.trim() ? { version: version.trim() } : {}),
      artifacts: rows.map((row) => ({
        service: row.service,
        image: row.image.trim(),
        ...(link ? { buildUrl: link } : {}),
        ...(migration ? { migration } : {}),
      })),
    });
  }

  return (
    <form
      className="grid gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) submit();
      }}
    >
      {choices.length > 1 ? (
        <Field label="Project" error={errors.project}>
          {(wiring) => (
            <Select
              {...wiring}
              value={project}
              onChange={(event) => {
                const next = choices.find((choice) => choice.project === event.target.value);
                setProject(event.target.value);
                setRows([{ id: 0, service: next?.services[0]?.name ?? "", image: "" }]);
              }}
              options={choices.map((choice) => ({ value: choice.project, label: choice.project }))}
            />
          )}
        </Field>
      ) : null}
      {rows.map((row, index) => (
        <ArtifactFields
          key={row.id}
          row={row}
          services={services}
          serviceError={errors[`artifacts[${index}].service`]}
          imageError={errors[`artifacts[${index}].image`]}
          onChange={(part) => change(row.id, part)}
          onRemove={rows.length > 1 ? () => setRows(rows.filter((one) => one.id !== row.id)) : undefined}
        />
      ))}
      {services.length > rows.length ? (
        <div>
          <Button
            size="small"
            variant="quiet"
            icon={<Plus className="i i--s" aria-hidden="true" />}
            onClick={() => setRows([...rows, nextRow(rows, services)])}
          >
            Another service that moves together
          </Button>
        </div>
      ) : null}
      {rows.length > 1 ? (
        <Field
          label="Name of the set"
          hint="Such as 2026.11-checkout: the release is found by it."
          error={errors.name}
          required
        >
          {(wiring) => <Input {...wiring} mono value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
      ) : null}
      <div className="grid items-start gap-4 phone:grid-cols-2">
        <Field label="Version" hint="Left empty: the tag, or what the image says." error={errors.version}>
          {(wiring) => <Input {...wiring} mono value={version} onChange={(event) => setVersion(event.target.value)} />}
        </Field>
        <Field label="Link to the build" hint="Left empty: none." error={errors["artifacts[0].buildUrl"]}>
          {(wiring) => (
            <Input {...wiring} type="url" value={buildUrl} onChange={(event) => setBuildUrl(event.target.value)} />
          )}
        </Field>
      </div>
      <MigrationField value={migration} error={errors.migration} onChange={setMigration} />
      <ActionFailureNote failure={rest} />
      <div className="flex justify-end">
        <Button type="submit" variant="primary" busy={busy}>
          Announce
        </Button>
      </div>
    </form>
  );
}

interface ArtifactFieldsProps {
  row: Row;
  services: AnnounceChoice["services"];
  serviceError: string | undefined;
  imageError: string | undefined;
  onChange: (part: Partial<Row>) => void;
  onRemove: (() => void) | undefined;
}

function ArtifactFields({ row, services, serviceError, imageError, onChange, onRemove }: ArtifactFieldsProps) {
  const repository = services.find((one) => one.name === row.service)?.repository ?? "repository";
  return (
    <div className="grid items-start gap-4 phone:grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto]">
      <Field label="Service" error={serviceError} required>
        {(wiring) => (
          <Select
            {...wiring}
            value={row.service}
            onChange={(event) => onChange({ service: event.target.value })}
            options={services.map((one) => ({ value: one.name, label: one.name }))}
          />
        )}
      </Field>
      <Field label="Image" hint={`${repository}:v1.2.3 or ${repository}@sha256:…`} error={imageError} required>
        {(wiring) => (
          <Input
            {...wiring}
            mono
            value={row.image}
            onChange={(event) => onChange({ image: event.target.value })}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </Field>
      {onRemove ? (
        <IconButton label={`Leave ${row.service} out`} className="phone:mt-6" onClick={onRemove}>
          <X className="i" aria-hidden="true" />
        </IconButton>
      ) : null}
    </div>
  );
}

function nextRow(rows: Row[], services: AnnounceChoice["services"]): Row {
  const free = services.find((one) => !rows.some((row) => row.service === one.name));
  return { id: Math.max(...rows.map((row) => row.id)) + 1, service: free?.name ?? "", image: "" };
}
