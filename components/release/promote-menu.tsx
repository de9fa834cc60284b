"use client";

import { ChevronDown } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";

interface PromoteMenuProps {
  project: string;
  release: string;
  places: { environment: string; may: boolean; note?: string }[];
}

/** Where a release may be brought: each leads to the preview, which says what would stop it. */
export function PromoteMenu({ project, release, places }: PromoteMenuProps) {
  // Nothing to press for whoever may bring it nowhere.
  if (!places.some(({ may }) => may)) return null;
  return (
    <Menu
      align="end"
      label={`Promote ${release}`}
      trigger={
        <Button size="small" aria-label={`Promote ${release}`}>
          Promote
          <ChevronDown className="i i--xs" aria-hidden="true" />
        </Button>
      }
    >
      {places.map(({ environment, may, note }) => (
        <MenuItem
          key={environment}
          href={may ? previewHref(project, environment, release) : undefined}
          disabled={!may}
          note={may ? note : "you may not"}
        >
          to {environment}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** The preview of bringing a release to an environment. */
export function previewHref(project: string, environment: string, release: string): string {
  return `/promote?${new URLSearchParams({ project, environment, release })}`;
}
