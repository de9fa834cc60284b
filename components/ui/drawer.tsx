"use client";

import type { DrawerProps } from "./dialog-parts";
import { usePartsWhen } from "./use-parts";

const load = () => import("./dialog-parts");

/** A dialog that comes from the foot of a phone's screen, where the thumb is. */
export function Drawer(props: DrawerProps) {
  const parts = usePartsWhen(props.open, load);
  return parts ? <parts.DrawerRoot {...props} /> : null;
}
