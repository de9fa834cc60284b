"use client";

import { lazy, Suspense } from "react";
import type { DrawerProps } from "./dialog-parts";
import { useEverTrue } from "./use-ever-true";

const DrawerRoot = lazy(async () => ({ default: (await import("./dialog-parts")).DrawerRoot }));

/** A dialog that comes from the foot of a phone's screen, where the thumb is. */
export function Drawer(props: DrawerProps) {
  if (!useEverTrue(props.open)) return null;
  return (
    <Suspense fallback={null}>
      <DrawerRoot {...props} />
    </Suspense>
  );
}
