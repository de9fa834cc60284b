"use client";

import { type ComponentProps, cloneElement, isValidElement, type KeyboardEvent, useState } from "react";
import type { MenuProps } from "./menu-parts";

type Parts = typeof import("./menu-parts");

// What a menu is made of weighs more than most pages: it comes when a menu is first reached for.
let parts: Parts | undefined;

async function load(): Promise<void> {
  parts ??= await import("./menu-parts");
}

/** A button that opens a list of things to do or to choose. */
export function Menu(props: MenuProps) {
  const [isOpened, setOpened] = useState(false);
  if (isOpened && parts) return <parts.MenuRoot {...props} />;
  const open = () => void load().then(() => setOpened(true));
  if (!isValidElement<ComponentProps<"button">>(props.trigger)) return props.trigger;
  return cloneElement(props.trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: () => void load(),
    onFocus: () => void load(),
    onClick: open,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "ArrowDown") open();
    },
  });
}

// Only drawn inside an open menu, whose parts are there by then.
export function MenuItem(props: ComponentProps<Parts["MenuItem"]>) {
  return parts ? <parts.MenuItem {...props} /> : null;
}

/** One of several that may be on together; the menu stays open, so that several can be set. */
export function MenuCheck(props: ComponentProps<Parts["MenuCheck"]>) {
  return parts ? <parts.MenuCheck {...props} /> : null;
}

/** Exactly one of several. */
export function MenuChoice(props: ComponentProps<Parts["MenuChoice"]>) {
  return parts ? <parts.MenuChoice {...props} /> : null;
}

export function MenuLabel(props: ComponentProps<Parts["MenuLabel"]>) {
  return parts ? <parts.MenuLabel {...props} /> : null;
}

export function MenuSeparator() {
  return parts ? <parts.MenuSeparator /> : null;
}
