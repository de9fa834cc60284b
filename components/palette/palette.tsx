"use client";

import { useCallback, useEffect, useState } from "react";
import { useSearch } from "@/components/shell/search";
import { usePartsWhen } from "@/components/ui/use-parts";
import { useTypedAhead } from "./use-typed-ahead";

const load = () => import("./palette-dialog");
const afterPageMs = 1_500;

/**
 * The command palette: opened by the topbar's search and by ⌘K or Ctrl K, on every page. It comes a moment after the
 * page, so that the page need not wait for it and what is typed first finds it there.
 */
export function Palette() {
  const { open, setOpen } = useSearch();
  const [isPageDone, setPageDone] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPageDone(true), afterPageMs);
    return () => clearTimeout(timer);
  }, []);
  const parts = usePartsWhen(open || isPageDone, load);
  const close = useCallback(() => setOpen(false), [setOpen]);
  const typedAhead = useTypedAhead(open, parts !== undefined, close);
  return parts ? <parts.PaletteDialog open={open} onOpenChange={setOpen} initialText={typedAhead} /> : null;
}
