"use client";

import * as Slot from "radix-ui/slot";
import { type KeyboardEvent, lazy, Suspense, useState } from "react";
import type { MenuProps } from "./menu-parts";

// What a menu is made of weighs more than most pages: it comes when a menu is first reached for.
const load = () => import("./menu-parts");
const MenuRoot = lazy(async () => ({ default: (await load()).MenuRoot }));

export const MenuItem = lazy(async () => ({ default: (await load()).MenuItem }));
/** One of several that may be on together; the menu stays open, so that several can be set. */
export const MenuCheck = lazy(async () => ({ default: (await load()).MenuCheck }));
/** Exactly one of several. */
export const MenuChoice = lazy(async () => ({ default: (await load()).MenuChoice }));
export const MenuLabel = lazy(async () => ({ default: (await load()).MenuLabel }));
export const MenuSeparator = lazy(async () => ({ default: (await load()).MenuSeparator }));

/** A button that opens a list of things to do or to choose. */
export function Menu(props: MenuProps) {
  const [isWanted, setWanted] = useState(false);
  const closed = (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={load}
      onFocus={load}
      onClick={() => setWanted(true)}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === "ArrowDown") setWanted(true);
      }}
    >
      {props.trigger}
    </Slot.Root>
  );
  if (!isWanted) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuRoot {...props} />
    </Suspense>
  );
}
