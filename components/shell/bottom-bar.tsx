"use client";

import { LogOut, Menu as MenuIcon } from "lucide-react";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Drawer } from "@/components/ui/drawer";
import { type PlaceCounts, PlaceLink } from "./navigation";
import type { Person, SignOut } from "./person-menu";
import { barPlaces, isAt, morePlaces } from "./places";
import { Seal, type SealView } from "./seal";
import { ThemeChoice } from "./theme-switch";

interface BottomBarProps {
  counts?: PlaceCounts;
  seal?: SealView;
  person?: Person;
  signOut?: SignOut;
}

/** The navigation on a phone. Whatever does not fit is behind "More", so nothing is out of reach. */
export function BottomBar({ counts = {}, seal, person, signOut }: BottomBarProps) {
  const pathname = usePathname();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const isMoreHere = morePlaces.some((place) => isAt(place, pathname));

  return (
    <nav className="bottom-bar" aria-label="Main, on a phone">
      {barPlaces.map((place) => (
        <PlaceLink key={place.name} place={place} here={isAt(place, pathname)} count={counts[place.name]} />
      ))}
      <button
        type="button"
        className="nav__item"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-current={isMoreHere || undefined}
        onClick={() => setOpen(true)}
      >
        <MenuIcon className="i" strokeWidth={1.75} aria-hidden="true" />
        <span className="nav__label">More</span>
      </button>
      <Drawer open={open} onOpenChange={setOpen} title="More">
        <div className="drawer__part">
          {morePlaces.map((place) => (
            <PlaceLink
              key={place.name}
              place={place}
              here={isAt(place, pathname)}
              count={counts[place.name]}
              onClick={close}
            />
          ))}
        </div>
        <div className="drawer__part">
          <div className="drawer__line">
            <ThemeChoice />
          </div>
          {person ? (
            <form action={signOut} className="drawer__line">
              <span>
                <b>{person.name}</b> <span className="muted">{person.role}</span>
              </span>
              {signOut ? (
                <Button type="submit" className="push" icon={<LogOut className="i" aria-hidden="true" />}>
                  Sign out
                </Button>
              ) : null}
            </form>
          ) : null}
        </div>
        {seal ? (
          <div className="drawer__part px-4 py-3">
            <Seal {...seal} />
          </div>
        ) : null}
      </Drawer>
    </nav>
  );
}
