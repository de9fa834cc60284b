"use client";

import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionFailure } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { CopyButton } from "@/components/digest/copy-button";
import { tokenRoleWords } from "@/components/settings/role-words";
import type { TokenOutcome } from "@/components/settings/token-outcome";
import { ExactTime } from "@/components/time/exact-time";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

interface CreateTokenDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  project: string;
  environments: string[];
  action: (input: unknown) => Promise<TokenOutcome | ActionFailure>;
  onMade: () => void;
}

/** Makes a token, then shows its secret the one time that it is seen. */
export function CreateTokenDialog({
  open,
  onOpenChange,
  project,
  environments,
  action,
  onMade,
}: CreateTokenDialogProps) {
  const [made, setMade] = useState<TokenOutcome["token"]>();
  const close = (next: boolean) => {
    if (!next) setMade(undefined);
    onOpenChange(next);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={made ? `Token ${made.label}` : "Make a token"}
      description={made ? undefined : "It may do no more than you may, and acts in your name."}
      footer={made ? <Button onClick={() => close(false)}>I have kept it</Button> : undefined}
    >
      {made ? (
        <Secret token={made} />
      ) : (
        <TokenForm
          project={project}
          environments={environments}
          action={action}
          onMade={(token) => {
            setMade(token);
            onMade();
          }}
        />
      )}
    </Dialog>
  );
}

function Secret({ token }: { token: TokenOutcome["token"] }) {
  return (
    <div className="grid gap-3">
      <Alert tone="warn" title="Copy it now: it is kept nowhere, and never shown again" />
      <p className="flex items-start gap-2">
        <code className="mono min-w-0 break-all" data-secret>
          {token.secret}
        </code>
        <CopyButton text={token.secret} label="Copy the token" className="button button--small button--icon" />
      </p>
      <p className="small muted">
        It counts until <ExactTime at={token.expiresAt} show="both" />. Send it as{" "}
        <code className="mono">Authorization: Bearer …</code>, or set <code className="mono">WAYBILL_TOKEN</code> for
        the command line.
      </p>
    </div>
  );
}

interface TokenFormProps extends Pick<CreateTokenDialogProps, "project" | "environments" | "action"> {
  onMade: (token: TokenOutcome["token"]) => void;
}

const spans = [
  { value: "7", label: "a week" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
];

function TokenForm({ project, environments, action, onMade }: TokenFormProps) {
  const [label, setLabel] = useState("");
  const [role, setRole] = useState("releaseManager");
  const [places, setPlaces] = useState<string[]>([]);
  const [days, setDays] = useState("90");
  const { run, busy, failure } = useAction(action, { onDone: ({ token }) => onMade(token) });
  const wrong = (field: string) => failure?.issues?.find((issue) => issue.path.startsWith(field))?.message;
  const refused = failure?.code === "notAvailable";
  return (
    <form
      className="grid gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (busy) return;
        const where = places.length > 0 ? places : null;
        void run({ project, label, role, environments: where, expiresInDays: Number(days) });
      }}
    >
      <Field label="What it is for" hint="Such as: CI of backend" error={wrong("label")} required>
        {(wiring) => <Input {...wiring} value={label} onChange={(event) => setLabel(event.target.value)} />}
      </Field>
      <div className="grid items-start gap-4 phone:grid-cols-2">
        <Field
          label="Role"
          error={wrong("role") ?? (refused ? "You may not hand out this role there yourself" : undefined)}
        >
          {(wiring) => (
            <Select
              {...wiring}
              value={role}
              onChange={(event) => setRole(event.target.value)}
              options={Object.entries(tokenRoleWords).map(([value, words]) => ({ value, label: words }))}
            />
          )}
        </Field>
        <Field label="Counts for" error={wrong("expiresInDays")}>
          {(wiring) => (
            <Select {...wiring} value={days} onChange={(event) => setDays(event.target.value)} options={spans} />
          )}
        </Field>
      </div>
      {environments.length > 0 ? (
        <fieldset className="grid gap-2">
          <legend className="form-field__label mb-1">Environments</legend>
          {environments.map((name) => (
            <Checkbox
              key={name}
              label={name}
              checked={places.includes(name)}
              onCheckedChange={(on) => setPlaces(on ? [...places, name] : places.filter((one) => one !== name))}
            />
          ))}
          <p className="form-field__hint">None chosen: every environment, those to come included.</p>
          {wrong("environments") ? <p className="form-field__error">{wrong("environments")}</p> : null}
        </fieldset>
      ) : null}
      {failure && !failure.issues && !refused ? <ActionFailureNote failure={failure} /> : null}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" busy={busy}>
          Make the token
        </Button>
      </div>
    </form>
  );
}
