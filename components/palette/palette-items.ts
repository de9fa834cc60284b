import { places } from "@/components/shell/places";
import type { StateName } from "@/components/state/state-language";
import type { PaletteItem } from "@/lib/queries/palette";

/** A line of the palette: where it leads and what it says. */
export interface PaletteLine {
  /** The same thing found twice is one line. */
  id: string;
  group: PaletteGroup;
  title: string;
  /** At the right, quieter. */
  note?: string;
  digest?: string;
  state?: StateName;
  href: string;
}

export type PaletteGroup = "recent" | "service" | "release" | "promotion" | "environment" | "page" | "action";

export const groupTitles: Record<PaletteGroup, string> = {
  recent: "Recent",
  service: "Services",
  release: "Releases",
  promotion: "Promotions",
  environment: "Environments",
  page: "Pages",
  action: "Do",
};

/** What the search found, as a line. The project is told where there are several. */
export function lineOf(item: PaletteItem, withProject: boolean): PaletteLine {
  const project = withProject ? item.project : undefined;
  switch (item.kind) {
    case "service":
      return {
        id: `service ${item.project}/${item.service}`,
        ...{ group: "service", title: item.service, note: joined(project, item.repository) },
        href: `/services/${item.project}/${item.service}`,
      };
    case "release":
      return {
        id: `release ${item.project}/${item.key}`,
        ...{ group: "release", title: item.key, digest: item.digest, note: project },
        href: `/releases/${item.project}/${encodeURIComponent(item.key)}`,
      };
    case "promotion":
      return {
        id: `promotion ${item.id}`,
        ...{
          group: "promotion",
          title: `${item.id}, ${namesOf(item.services)} ${item.version} to ${item.environment}`,
        },
        state: item.phase as StateName,
        href: `/promotions/${item.id}`,
      };
    case "environment":
      return {
        id: `environment ${item.project}/${item.environment}`,
        ...{ group: "environment", title: item.environment, note: item.project },
        ...(item.held ? { state: "held" as const } : {}),
        href: `/environments/${item.project}/${item.environment}`,
      };
    default:
      return item satisfies never;
  }
}

/** Things to do that begin with a page of their own. */
const actions: PaletteLine[] = [
  {
    id: "action promote",
    group: "action",
    title: "Promote a release",
    note: "what could move",
    href: "/?show=canMove",
  },
  { id: "action approve", group: "action", title: "Approve what waits for me", href: "/approvals" },
  { id: "action stopped", group: "action", title: "Look at what is stopped", href: "/?show=stopped" },
  { id: "action drift", group: "action", title: "Look at drift", href: "/?show=drift" },
  { id: "action hold", group: "action", title: "Stop the line", href: "/environments" },
  { id: "action file", group: "action", title: "Edit the project file", href: "/settings/file" },
  { id: "action policy", group: "action", title: "Change the gates of an environment", href: "/settings/policy" },
  { id: "action token", group: "action", title: "Create a token", href: "/settings/tokens" },
];

const pages: PaletteLine[] = places.map((place) => ({
  id: `page ${place.href}`,
  group: "page",
  title: place.label,
  href: place.href,
}));

/** Pages and actions with every word that was typed somewhere in their title. */
export function fixedLines(text: string): PaletteLine[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...pages, ...actions].filter((line) => words.every((word) => line.title.toLowerCase().includes(word)));
}

function namesOf(services: string[]): string {
  const [first = "", ...more] = services;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

function joined(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(", ");
}
