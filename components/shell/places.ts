import { BookOpenText, Boxes, Globe, Grid3x3, type LucideIcon, Package, Route, Settings, Stamp } from "lucide-react";

export type PlaceName =
  | "overview"
  | "promotions"
  | "approvals"
  | "services"
  | "releases"
  | "environments"
  | "history"
  | "settings";

export interface Place {
  name: PlaceName;
  label: string;
  href: string;
  icon: LucideIcon;
}

/** The pages of the navigation, in three groups. */
export const placeGroups: readonly (readonly Place[])[] = [
  [
    { name: "overview", label: "Overview", href: "/", icon: Grid3x3 },
    { name: "promotions", label: "Promotions", href: "/promotions", icon: Route },
    { name: "approvals", label: "Approvals", href: "/approvals", icon: Stamp },
  ],
  [
    { name: "services", label: "Services", href: "/services", icon: Boxes },
    { name: "releases", label: "Releases", href: "/releases", icon: Package },
    { name: "environments", label: "Environments", href: "/environments", icon: Globe },
  ],
  [
    { name: "history", label: "History", href: "/history", icon: BookOpenText },
    { name: "settings", label: "Settings", href: "/settings", icon: Settings },
  ],
];

export const places: readonly Place[] = placeGroups.flat();

/** The pages that a phone's bottom bar shows; the others are behind its last button. */
export const barPlaces: readonly Place[] = places.filter((place) =>
  ["overview", "promotions", "approvals", "history"].includes(place.name),
);

export const morePlaces: readonly Place[] = places.filter((place) => !barPlaces.includes(place));

/** Whether a path is that page or lies below it. */
export function isAt(place: Place, pathname: string): boolean {
  return place.href === "/" ? pathname === "/" : pathname === place.href || pathname.startsWith(`${place.href}/`);
}
