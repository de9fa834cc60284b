import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonButton } from "@/components/action/reason-button";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { PeopleView } from "@/lib/queries/settings-people";

const columns = [
  { key: "name", head: "who", width: "24%" },
  { key: "why", head: "why" },
  { key: "by", head: "by", width: "18%" },
  { key: "since", head: "since", width: "152px" },
  { key: "restore", head: <span className="sr">restore</span>, width: "112px", numeric: true },
];

interface RevokedBoxProps {
  number: number;
  revoked: PeopleView["revoked"];
  restore: (input: unknown) => Promise<ActionOutcome>;
}

/** Whose access an administrator took away, in the whole installation. */
export function RevokedBox({ number, revoked, restore }: RevokedBoxProps) {
  if (revoked.length === 0) {
    return (
      <Box number={number} title="Whose access is revoked" note="in every project">
        <p className="muted small">
          Nobody's. Whoever loses a group at the sign-in service loses its rights by itself.
        </p>
      </Box>
    );
  }
  return (
    <Box number={number} title="Whose access is revoked" note="in every project" flush>
      <Lines caption="Whose access is revoked" columns={columns} heads tall stack>
        {revoked.map(({ id, name, email, at, by, reason }) => (
          <tr key={id}>
            <th scope="row" className="strong">
              {name}
              <span className="muted block font-regular break-words">{email}</span>
            </th>
            <td className="break-words">{reason}</td>
            <td className="soft">{by}</td>
            <td>
              <State name="revoked">
                <RelativeTime at={at} />
              </State>
            </td>
            <td className="num lines__side">
              <ReasonButton
                name={`Restore ${name}`}
                title={`Restore the access of ${name}`}
                effect="They may sign in again. Sessions, tokens and signatures from before stay void."
                label="Restore access"
                variant="primary"
                action={restore}
                input={(why) => ({ person: id, why })}
              >
                Restore…
              </ReasonButton>
            </td>
          </tr>
        ))}
      </Lines>
    </Box>
  );
}
