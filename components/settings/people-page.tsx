"use client";

import { useView } from "@/components/live/use-view";
import { actionWords, rightsWords, roleWords } from "@/components/settings/role-words";
import { Box } from "@/components/sheet/box";
import { Facts } from "@/components/sheet/facts";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { PeopleView, PersonView } from "@/lib/queries/settings-people";

/** Who has which role in a project, by its file and by who signed in. */
export function PeoplePage({ initial, path }: { initial: PeopleView; path: string }) {
  const { project } = initial;
  const view = useView<PeopleView>(path, { initial, watches: { projects: [project] } }).data ?? initial;
  return (
    <Sheet label={`People of ${project}`}>
      <SheetRow>
        <SignedIn number={1} view={view} />
      </SheetRow>
      <SheetRow>
        <Rules number={2} view={view} />
      </SheetRow>
      <SheetRow>
        <Box number={3} title="What each role may do">
          <Facts
            facts={view.roles.map(({ role, may }) => ({
              name: roleWords[role],
              value: may.map((action) => actionWords[action]).join(", "),
            }))}
          />
          <p className="small muted mt-2">
            Nobody approves what they asked for themselves, whatever their role. Administrators of the installation may
            do all of it in every project.
          </p>
        </Box>
      </SheetRow>
    </Sheet>
  );
}

const peopleColumns = [
  { key: "name", head: "who", width: "24%" },
  { key: "role", head: "role", width: "22%" },
  { key: "may", head: "may, at this moment" },
  { key: "seen", head: "signed in", width: "112px", numeric: true },
];

function SignedIn({ number, view }: { number: number; view: PeopleView }) {
  return (
    <Box
      number={number}
      title="Who has signed in"
      note="with what they may do, by the same rules that every action asks"
      flush
    >
      {view.people.length === 0 ? (
        <EmptyState title="Nobody yet" bare>
          Somebody counts once they have signed in: their groups are those of their last sign-in.
        </EmptyState>
      ) : (
        <Lines caption="People" columns={peopleColumns} heads tall stack>
          {view.people.map((person) => (
            <Person key={person.id} person={person} />
          ))}
        </Lines>
      )}
    </Box>
  );
}

function Person({ person }: { person: PersonView }) {
  const { name, email, groups, administrator, roles, may, seenAt } = person;
  return (
    <tr>
      <th scope="row" className="strong">
        {name}
        <span className="muted block font-regular break-words">
          {[email, groups.join(", ")].filter(Boolean).join("; ")}
        </span>
      </th>
      <td>
        {administrator ? (
          <Stamp name="preview" size="small">
            administers the installation
          </Stamp>
        ) : null}
        {roles.map(({ role, environments }) => (
          <span key={`${role} ${environments}`} className="block">
            {roleWords[role]}
            {environments ? <span className="muted"> in {environments.join(", ")}</span> : null}
          </span>
        ))}
      </td>
      <td>
        {rightsWords(may).map(({ where, what }) => (
          <span key={where} className="block">
            <span className="muted">{where}: </span>
            {what}
          </span>
        ))}
      </td>
      <td className="num muted nowrap">
        <RelativeTime at={seenAt} />
      </td>
    </tr>
  );
}

const ruleColumns = [
  { key: "who", head: "who", width: "34%" },
  { key: "role", head: "role", width: "26%" },
  { key: "where", head: "where" },
];

function Rules({ number, view }: { number: number; view: PeopleView }) {
  return (
    <Box
      number={number}
      title="What the project's file says"
      note={view.mayConfigure ? undefined : "people by address are shown to its administrators"}
      flush
    >
      <Lines caption="Roles in the project's file" columns={ruleColumns} heads stack>
        {view.rules.map((rule) => {
          const who = rule.kind === "group" ? rule.group : rule.email;
          return (
            <tr key={`${rule.kind} ${who} ${rule.role}`}>
              <th scope="row">
                <span className="muted">{rule.kind === "group" ? "group " : ""}</span>
                <b>{who}</b>
              </th>
              <td>{roleWords[rule.role]}</td>
              <td className="muted">{rule.environments ? rule.environments.join(", ") : "every environment"}</td>
            </tr>
          );
        })}
      </Lines>
    </Box>
  );
}
