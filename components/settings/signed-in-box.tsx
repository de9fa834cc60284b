import Link from "next/link";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonButton } from "@/components/action/reason-button";
import { rightsWords, roleWords } from "@/components/settings/role-words";
import { Box } from "@/components/sheet/box";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { PeopleView, PersonView } from "@/lib/queries/settings-people";

type Action = (input: unknown) => Promise<ActionOutcome>;

const columns = [
  { key: "name", head: "who", width: "24%" },
  { key: "role", head: "role", width: "20%" },
  { key: "may", head: "may, at this moment" },
  { key: "seen", head: "signed in", width: "112px", numeric: true },
];
const revokeColumn = { key: "revoke", head: <span className="sr">revoke</span>, width: "104px", numeric: true };

/** Everybody who has signed in and sees the project; administrators take their access away here. */
export function SignedInBox({ number, view, revoke }: { number: number; view: PeopleView; revoke: Action }) {
  return (
    <Box
      number={number}
      title="Who has signed in"
      note="with what they may do, by the same rules that every action asks"
      flush
    >
      {view.people.length === 0 ? (
        <EmptyState title="Nobody yet" bare>
          Somebody counts once they have signed in: their groups are those that the sign-in service said last.
        </EmptyState>
      ) : (
        <Lines caption="People" columns={view.mayAdminister ? [...columns, revokeColumn] : columns} heads tall stack>
          {view.people.map((person) => (
            <Person key={person.id} person={person} view={view} revoke={revoke} />
          ))}
        </Lines>
      )}
    </Box>
  );
}

function Person({ person, view, revoke }: { person: PersonView; view: PeopleView; revoke: Action }) {
  const { id, name, email, groups, administrator, roles, may, seenAt } = person;
  return (
    <tr>
      <th scope="row" className="strong">
        <Link href={`/settings/people?${new URLSearchParams({ project: view.project, person: id })}`}>{name}</Link>
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
      {view.mayAdminister ? (
        <td className="num lines__side">{id === view.self ? null : <Revoke person={person} revoke={revoke} />}</td>
      ) : null}
    </tr>
  );
}

function Revoke({ person: { id, name }, revoke }: { person: PersonView; revoke: Action }) {
  return (
    <ReasonButton
      name={`Revoke ${name}`}
      look="danger"
      title={`Revoke the access of ${name}`}
      effect={
        <>
          In every project, at once: they are signed out and their open pages hear nothing more; they cannot sign in;
          their API tokens are void; what they signed for promotions that have not started counts no more. What runs
          stays as it is. Restoring them later brings none of it back.
        </>
      }
      label="Revoke access"
      action={revoke}
      input={(why) => ({ person: id, reason: why })}
    >
      Revoke…
    </ReasonButton>
  );
}
