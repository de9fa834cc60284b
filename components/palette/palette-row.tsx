"use client";

import { Command } from "cmdk";
import {
  BookOpenText,
  Boxes,
  CornerDownRight,
  Globe,
  type LucideIcon,
  Package,
  PanelsTopLeft,
  Route,
} from "lucide-react";
import { printedDigest } from "@/components/digest/digest-mark";
import { places } from "@/components/shell/places";
import { Stamp } from "@/components/state/stamp";
import type { PaletteLine } from "./palette-items";

const icons: Record<PaletteLine["group"], LucideIcon> = {
  recent: BookOpenText,
  service: Boxes,
  release: Package,
  promotion: Route,
  environment: Globe,
  page: PanelsTopLeft,
  action: CornerDownRight,
};

interface PaletteRowProps {
  value: string;
  line: PaletteLine;
  onGo: () => void;
}

export function PaletteRow({ value, line, onGo }: PaletteRowProps) {
  const Icon = places.find((place) => line.group === "page" && place.href === line.href)?.icon ?? icons[line.group];
  return (
    <Command.Item value={value} onSelect={onGo} className="palette__item">
      <Icon className="i i--s text-ink-3" aria-hidden="true" />
      <span className="clip">{line.title}</span>
      {line.state ? <Stamp name={line.state} size="small" /> : null}
      {line.digest || line.note ? (
        <span className="palette__note clip">
          {line.digest ? <span className="mono">{printedDigest(line.digest)}</span> : null}
          {line.digest && line.note ? " " : null}
          {line.note}
        </span>
      ) : null}
    </Command.Item>
  );
}
