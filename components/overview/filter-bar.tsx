"use client";

import { ChevronDown } from "lucide-react";
import { Chip, ChipGroup } from "@/components/ui/chip";
import { countWords } from "@/components/ui/count-words";
import { Kbd } from "@/components/ui/kbd";
import { Menu, MenuCheck } from "@/components/ui/menu";
import { SearchField } from "@/components/ui/search-field";
import type { MatrixShow } from "@/lib/queries/matrix-input";
import type { MatrixSummary } from "@/lib/queries/matrix-summary";
import { matrixChips } from "./overview-filter";

interface FilterBarProps {
  text: string;
  onText: (text: string) => void;
  show: MatrixShow;
  onShow: (show: MatrixShow) => void;
  counts?: MatrixSummary["counts"];
  /** Every environment of the projects in sight, in the order of their routes. */
  environments: string[];
  /** Those that are drawn; undefined for all. */
  drawn?: string[];
  onDrawn: (names: string[] | null) => void;
}

/** What of the fleet is looked at; all of it stands in the address. */
export function FilterBar({ text, onText, show, onShow, counts, ...environments }: FilterBarProps) {
  return (
    <div className="filterbar">
      <SearchField label="Filter services" value={text} onChange={onText} shortcut="/" width={208} />
      <span className="filterbar__sep" />
      <ChipGroup label="Show services">
        {matrixChips.map((chip) => (
          <Chip
            key={chip.show}
            pressed={chip.show === show}
            count={counts && countWords(counts[chip.show])}
            onClick={() => onShow(chip.show)}
          >
            {chip.label}
          </Chip>
        ))}
      </ChipGroup>
      <span className="filterbar__sep" />
      <EnvironmentsMenu {...environments} />
      <span className="push small muted hidden wide:inline" aria-hidden="true">
        <Kbd>↑</Kbd> <Kbd>↓</Kbd> move <Kbd>P</Kbd> promote
      </span>
    </div>
  );
}

function EnvironmentsMenu({
  environments,
  drawn,
  onDrawn,
}: Pick<FilterBarProps, "environments" | "drawn" | "onDrawn">) {
  const chosen = environments.filter((name) => drawn?.includes(name) ?? true);
  const toggle = (name: string, on: boolean) => {
    const next = environments.filter((each) => (each === name ? on : chosen.includes(each)));
    onDrawn(next.length === 0 || next.length === environments.length ? null : next);
  };
  const all = chosen.length === environments.length;
  return (
    <Menu
      label="Environments"
      trigger={
        <Chip
          count={all ? `all ${environments.length}` : `${chosen.length} of ${environments.length}`}
          icon={<ChevronDown className="i i--xs" aria-hidden="true" />}
        >
          Environments
        </Chip>
      }
    >
      {environments.map((name) => (
        <MenuCheck key={name} checked={chosen.includes(name)} onCheckedChange={(on) => toggle(name, on)}>
          {name}
        </MenuCheck>
      ))}
    </Menu>
  );
}
