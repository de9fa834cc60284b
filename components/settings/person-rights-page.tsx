"use client";

import Link from "next/link";
import { useView } from "@/components/live/use-view";
import { actionWords, roleWords } from "@/components/settings/role-words";
import { Box } from "@/components/sheet/box";
import { Facts } from "@/components/sheet/facts";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { PersonRightsView, RightSource, RightsRow } from "@/lib/queries/person-rights";

interface PersonRightsPageProps {
  initial: PersonRightsView;
  path: string;
  /** The list that one came from. */
  back: string;
}

/** What one person may do, in each project, and what gives them each right. */
export function PersonRightsPage({ initial, path, back }: PersonRightsPageProps) {
  const projects = [...initial.projects.map((one) => one.project), "@instance"];
  const view = useView<PersonRightsView>(path, { initial, watches: { projects } }).data ?? initial;
  return (
    <>
      <p className="small mb-3">
        <Link className="link" href={back}>
          Everybody
        </Link>
      </p>
      <Sheet label={`Rights of ${view.name}`}>
        <SheetRow>
          <Box number={1} title={view.name}>
            <Facts
              facts={[
                view.email !== "" && { name: "address", value: view.email },
                view.groups.length > 0 && { name: "groups", value: view.groups.join(", ") },
                { name: "last sign-in", value: <RelativeTime at={view.seenAt} /> },
                view.administrator && { name: "installation", value: "administers it: may do everything everywhere" },
              ]}
            />
          </Box>
        </SheetRow>
        {view.projects.map(({ project, title, rights }, index) => (
          <SheetRow key={project}>
            <Box number={index + 2} title={title} note={title === project ? undefined : project} flush>
              <Rights project={project} rights={rights} />
            </Box>
          </SheetRow>
        ))}
      </Sheet>
    </>
  );
}

const columns = [
  { key: "may", head: "may" },
  { key: "where", head: "where", width: "24%" },
  { key: "by", head: "by", width: "36%" },
];

function Rights({ project, rights }: { project: string; rights: RightsRow[] }) {
  return (
    <Lines caption={`Rights in ${project}`} columns={columns} heads tall stack>
      {rights.map(({ actions, environments, by }) => (
        <tr key={actions.join()}>
          <th scope="row" className="font-regular">
            {actions.map((action) => actionWords[action]).join(", ")}
          </th>
          <td className={environments ? undefined : "muted"}>
            {environments ? environments.join(", ") : "everywhere"}
          </td>
          <td>
            {by.map((source) => (
              <span key={sourceWords(source)} className="block">
                {sourceWords(source)}
              </span>
            ))}
          </td>
        </tr>
      ))}
    </Lines>
  );
}

/** `release manager, by group release (people, line 3)`. */
function sourceWords(source: RightSource): string {
  if (source.kind === "installation") return "administers the installation";
  const through = source.kind === "group" ? `group ${source.group}` : "their address";
  return `${roleWords[source.role]}, by ${through} (people, line ${source.line})`;
}
