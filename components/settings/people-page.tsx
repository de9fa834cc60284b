"use client";

import type { ActionOutcome } from "@/components/action/action-outcome";
import { useView } from "@/components/live/use-view";
import { RevokedBox } from "@/components/settings/revoked-box";
import { RoleTableBox } from "@/components/settings/role-table-box";
import { roleWords } from "@/components/settings/role-words";
import { SignedInBox } from "@/components/settings/signed-in-box";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { Lines } from "@/components/ui/lines";
import type { PeopleView } from "@/lib/queries/settings-people";

interface PeoplePageProps {
  initial: PeopleView;
  path: string;
  revoke: (input: unknown) => Promise<ActionOutcome>;
  restore: (input: unknown) => Promise<ActionOutcome>;
}

/** Who has which role in a project, by its file and by who signed in. */
export function PeoplePage({ initial, path, revoke, restore }: PeoplePageProps) {
  const { project } = initial;
  const view = useView<PeopleView>(path, { initial, watches: { projects: [project, "@instance"] } }).data ?? initial;
  const first = view.mayAdminister ? 3 : 2;
  return (
    <Sheet label={`People of ${project}`}>
      <SheetRow>
        <SignedInBox number={1} view={view} revoke={revoke} />
      </SheetRow>
      {view.mayAdminister ? (
        <SheetRow>
          <RevokedBox number={2} revoked={view.revoked} restore={restore} />
        </SheetRow>
      ) : null}
      <SheetRow>
        <FileLines number={first} view={view} />
      </SheetRow>
      <SheetRow>
        <RoleTableBox number={first + 1} table={view.roles} />
      </SheetRow>
    </Sheet>
  );
}

const columns = [
  { key: "who", head: "who", width: "34%" },
  { key: "role", head: "role", width: "26%" },
  { key: "where", head: "where" },
];

function FileLines({ number, view }: { number: number; view: PeopleView }) {
  return (
    <Box
      number={number}
      title="What the project's file says"
      note={view.mayConfigure ? undefined : "people by address are shown to its administrators"}
      flush
    >
      <Lines caption="Roles in the project's file" columns={columns} heads stack>
        {view.rules.map(({ line, rule }) => (
          <tr key={line}>
            <th scope="row">
              <span className="muted font-regular">
                {line}. {rule.kind === "group" ? "group " : ""}
              </span>
              <b>{rule.kind === "group" ? rule.group : rule.email}</b>
            </th>
            <td>{roleWords[rule.role]}</td>
            <td className="muted">{rule.environments ? rule.environments.join(", ") : "every environment"}</td>
          </tr>
        ))}
      </Lines>
    </Box>
  );
}
