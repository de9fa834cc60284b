"use client";

import { Command, Search } from "lucide-react";
import { useEffect } from "react";
import { Crumbs } from "./crumbs";
import { LiveMark, type LiveView } from "./live-mark";
import { type Person, PersonMenu, type SignOut } from "./person-menu";
import { type ProjectChoice, ProjectSwitcher } from "./project-switcher";
import { ThemeSwitch } from "./theme-switch";

interface TopbarProps {
  projects: ProjectChoice[];
  onProjectsChange: (names: string[]) => void;
  /** Opens the command palette; ⌘K and Ctrl K do the same. */
  onSearch: () => void;
  live?: LiveView;
  person?: Person;
  signOut?: SignOut;
}

export function Topbar({ projects, onProjectsChange, onSearch, live, person, signOut }: TopbarProps) {
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      onSearch();
    };
    document.addEventListener("keydown", open);
    return () => document.removeEventListener("keydown", open);
  }, [onSearch]);

  return (
    <header className="topbar">
      <ProjectSwitcher projects={projects} onChange={onProjectsChange} />
      <Crumbs />
      <button
        type="button"
        className="search"
        aria-haspopup="dialog"
        aria-keyshortcuts="Meta+K Control+K"
        onClick={onSearch}
      >
        <Search className="i i--s" aria-hidden="true" />
        <span className="search__words clip">
          <span className="sr">Search: </span>
          Release, digest, promotion, service
        </span>
        <span className="kbd" aria-hidden="true">
          <Command className="i i--xs" aria-hidden="true" />K
        </span>
      </button>
      {live ? <LiveMark {...live} /> : null}
      <span className="topbar__sep" />
      <ThemeSwitch />
      {person ? <PersonMenu person={person} signOut={signOut} /> : null}
    </header>
  );
}
