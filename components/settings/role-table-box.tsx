import { actionWords, reachWords, roleWords } from "@/components/settings/role-words";
import { Box } from "@/components/sheet/box";
import { ScrollRegion } from "@/components/ui/scroll-region";
import type { RoleTable } from "@/lib/queries/settings-people";

/** Which right comes with which role: the table that every command asks, as it is. */
export function RoleTableBox({ number, table }: { number: number; table: RoleTable }) {
  return (
    <Box number={number} title="What each role may do" note="the table that every page and command asks" flush>
      <ScrollRegion className="lines-scroll" label="Rights by role">
        <table className="lines">
          <caption className="sr">Rights by role</caption>
          <thead>
            <tr>
              <th scope="col">right</th>
              {table.roles.map((role) => (
                <th key={role} scope="col" className="text-center">
                  {roleWords[role]}
                </th>
              ))}
              <th scope="col">counts</th>
            </tr>
          </thead>
          <tbody>
            {table.rows.map(({ action, reach, may }) => (
              <tr key={action}>
                <th scope="row" className="min-w-28">
                  {actionWords[action]}
                </th>
                {table.roles.map((role) => (
                  <td key={role} className="text-center">
                    {may.includes(role) ? (
                      <span role="img" aria-label="yes">
                        ●
                      </span>
                    ) : (
                      <span className="muted">–</span>
                    )}
                  </td>
                ))}
                <td className="muted nowrap">{reachWords[reach]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <p className="small muted pt-2 pr-4 pb-3 pl-10">
        Nobody approves what they asked for themselves, whatever their role. Administrators of the installation may do
        all of it in every project.
      </p>
    </Box>
  );
}
