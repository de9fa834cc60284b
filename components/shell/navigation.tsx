"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Fragment } from "react";
import { Logo } from "./logo";
import { isAt, type Place, type PlaceName, placeGroups } from "./places";
import { Seal, SealMark, type SealView } from "./seal";

export interface PlaceCount {
  count: number;
  /** What is counted, read aloud after the number: `in flight`, `wait for you`. */
  what: string;
  /** Waits for this very person: set in carbon. */
  mine?: boolean;
}

export type PlaceCounts = Partial<Record<PlaceName, PlaceCount>>;

interface NavigationProps {
  counts?: PlaceCounts;
  seal?: SealView;
}

export function Navigation({ counts = {}, seal }: NavigationProps) {
  const pathname = usePathname();
  return (
    <nav className="nav" aria-label="Main">
      <Link className="nav__brand" href="/">
        <Logo />
        <span>Waybill</span>
      </Link>
      <div className="nav__list">
        {placeGroups.map((group, index) => (
          <Fragment key={group[0]?.name}>
            {index > 0 ? <div className="nav__sep" /> : null}
            {group.map((place) => (
              <PlaceLink key={place.name} place={place} here={isAt(place, pathname)} count={counts[place.name]} />
            ))}
          </Fragment>
        ))}
      </div>
      {seal ? (
        <div className="nav__foot">
          <Seal {...seal} />
          <SealMark {...seal} />
        </div>
      ) : null}
    </nav>
  );
}

interface PlaceLinkProps {
  place: Place;
  here: boolean;
  count?: PlaceCount;
  onClick?: () => void;
}

export function PlaceLink({ place, here, count, onClick }: PlaceLinkProps) {
  const Icon = place.icon;
  return (
    <Link
      className="nav__item"
      href={place.href}
      aria-current={here ? "page" : undefined}
      title={place.label}
      onClick={onClick}
    >
      <Icon className="i" strokeWidth={1.75} aria-hidden="true" />
      <span className="nav__label">{place.label}</span>
      {count && count.count > 0 ? (
        <span className={count.mine ? "nav__count nav__count--mine" : "nav__count"}>
          {count.count > 99 ? "99+" : count.count}
          <span className="sr"> {count.what}</span>
        </span>
      ) : null}
    </Link>
  );
}
