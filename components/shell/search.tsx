"use client";

import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

interface Search {
  open: boolean;
  setOpen: (open: boolean) => void;
}

const SearchContext = createContext<Search>({ open: false, setOpen: () => {} });

/** Whether the command palette is open: the topbar opens it, the palette closes itself. */
export function SearchProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const value = useMemo(() => ({ open, setOpen }), [open]);
  return <SearchContext value={value}>{children}</SearchContext>;
}

export function useSearch(): Search {
  return useContext(SearchContext);
}
