"use client";

import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { useSearch } from "@/components/shell/search";

// The list and its search come after the page, so that what is typed first finds them there.
const load = () => import("./palette-dialog").then((part) => part.PaletteDialog);
const PaletteDialog = dynamic(load, { ssr: false });
const afterPageMs = 1_500;

/** The command palette: opened by the topbar's search and by ⌘K or Ctrl K, on every page. */
export function Palette() {
  const { open, setOpen } = useSearch();
  const [wasOpened, setOpened] = useState(false);
  useEffect(() => {
    if (open) setOpened(true);
  }, [open]);
  useEffect(() => {
    const timer = setTimeout(load, afterPageMs);
    return () => clearTimeout(timer);
  }, []);
  return wasOpened ? <PaletteDialog open={open} onOpenChange={setOpen} /> : null;
}
