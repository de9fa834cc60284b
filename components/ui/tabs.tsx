"use client";

import * as Radix from "radix-ui/tabs";
import type { ReactNode } from "react";

export interface Tab {
  value: string;
  label: ReactNode;
  content: ReactNode;
}

interface TabsProps {
  label: string;
  tabs: Tab[];
  value?: string;
  defaultValue?: string;
  onValueChange?: (value: string) => void;
}

export function Tabs({ label, tabs, defaultValue, ...rest }: TabsProps) {
  return (
    <Radix.Root {...rest} defaultValue={defaultValue ?? tabs[0]?.value}>
      <Radix.List className="tabs__list" aria-label={label}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.value} value={tab.value} className="tabs__tab">
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="tabs__panel">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
