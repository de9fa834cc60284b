"use client";

import { LogOut } from "lucide-react";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";

export interface Person {
  name: string;
  /** What they may do, in words: `release manager`. */
  role?: string;
  email?: string;
}

/** A server action; the form that calls it works before the page's scripts do. */
export type SignOut = (form: FormData) => void | Promise<void>;

/** The letters that stand for a person: the first of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words.at(0)?.at(0) ?? "";
  const last = words.length > 1 ? (words.at(-1)?.at(0) ?? "") : (words.at(0)?.at(1) ?? "");
  return (first + last).toUpperCase();
}

export function PersonMenu({ person, signOut }: { person: Person; signOut?: SignOut }) {
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className="person">
          <span className="person__mark" aria-hidden="true">
            {initialsOf(person.name)}
          </span>
          <span className="person__name">{person.name}</span>
          <span className="sr">, account</span>
        </button>
      }
    >
      <MenuLabel>
        {person.name}
        {person.role ? `, ${person.role}` : null}
        {person.email ? <span className="block">{person.email}</span> : null}
      </MenuLabel>
      <MenuItem href="/settings">Settings</MenuItem>
      {signOut ? (
        <>
          <MenuSeparator />
          <MenuItem
            icon={<LogOut className="i i--s" aria-hidden="true" />}
            onSelect={() => void signOut(new FormData())}
          >
            Sign out
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
