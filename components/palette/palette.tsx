"use client";

import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { useSearch } from "@/components/shell/search";

// The list and its search come when the palette is first opened.
const PaletteDialog = dynamic(() => import("./palette-dialog").then((part) => part.PaletteDialog), { ssr: false });

/** The command palette: opened by the topbar's search and by ⌘K or Ctrl K, on every page. */
export function Palette() {
  const { open, setOpen } = useSearch();
  const [wasOpened, setOpened] = useState(false);
  useEffect(() => {
    if (open) setOpened(true);
  }, [open]);
  return wasOpened ? <PaletteDialog open={open} onOpenChange={setOpen} /> : null;
}
