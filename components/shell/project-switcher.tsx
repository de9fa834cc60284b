"use client";

import { ChevronsUpDown } from "lucide-react";
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";

export interface ProjectChoice {
  name: string;
  selected: boolean;
}

interface ProjectSwitcherProps {
  projects: ProjectChoice[];
  /** The names that are now in sight; never none. */
  onChange: (names: string[]) => void;
}

/** Which projects are in sight. One project alone needs no choice and is only named. */
export function ProjectSwitcher({ projects, onChange }: ProjectSwitcherProps) {
  const selected = projects.filter((project) => project.selected).map((project) => project.name);
  if (projects.length < 2) return <b className="nowrap">{projects[0]?.name}</b>;

  const toggle = (name: string, on: boolean) => {
    const names = projects.map((project) => project.name);
    const next = names.filter((each) => (each === name ? on : selected.includes(each)));
    if (next.length > 0) onChange(next);
  };

  return (
    <Menu
      label="Projects"
      trigger={
        <button type="button" className="switcher">
          <span className="clip">
            {selected.length === projects.length && selected.length > 3 ? "All projects" : selected.join(", ")}
          </span>
          <small>
            {selected.length} of {projects.length} projects
          </small>
          <ChevronsUpDown className="i i--s" aria-hidden="true" />
        </button>
      }
    >
      <MenuLabel>Projects in sight</MenuLabel>
      {projects.map((project) => (
        <MenuCheck key={project.name} checked={project.selected} onCheckedChange={(on) => toggle(project.name, on)}>
          {project.name}
        </MenuCheck>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={() => onChange(projects.map((project) => project.name))}>All projects</MenuItem>
    </Menu>
  );
}
