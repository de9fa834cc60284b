"use client";

import { Monitor, Moon, Sun, SunMoon } from "lucide-react";
import { useTheme } from "next-themes";
import { useInBrowser } from "@/components/time/now";
import { IconButton } from "@/components/ui/button";
import { Menu, MenuChoice, MenuLabel } from "@/components/ui/menu";
import { Segmented } from "@/components/ui/segmented";

const themes = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Monitor },
];

function useThemeChoice() {
  const { theme, setTheme } = useTheme();
  // The server cannot know what this browser chose.
  const known = useInBrowser();
  return { value: known ? (theme ?? "system") : "system", setTheme };
}

/** Light, dark or as the system, behind one button of the topbar. */
export function ThemeSwitch() {
  const { value, setTheme } = useThemeChoice();
  return (
    <span className="theme-switch">
      <Menu
        align="end"
        trigger={
          <IconButton label="Light or dark">
            <SunMoon className="i" strokeWidth={1.75} aria-hidden="true" />
          </IconButton>
        }
      >
        <MenuLabel>Theme</MenuLabel>
        <MenuChoice
          value={value}
          onValueChange={setTheme}
          options={themes.map(({ value: option, label }) => ({ value: option, label }))}
        />
      </Menu>
    </span>
  );
}

/** The same choice, all in sight; for a phone's drawer. */
export function ThemeChoice() {
  const { value, setTheme } = useThemeChoice();
  return (
    <Segmented
      label="Theme"
      value={value}
      onChange={setTheme}
      options={themes.map(({ value: option, label, icon: Icon }) => ({
        value: option,
        label: (
          <>
            <Icon className="i i--s" aria-hidden="true" />
            {option === "system" ? "System" : label}
          </>
        ),
      }))}
    />
  );
}
