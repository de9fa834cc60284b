"use client";

import { Check } from "lucide-react";
import Link from "next/link";
import * as Radix from "radix-ui/dropdown-menu";
import type { ReactNode } from "react";
import { classNames } from "./class-names";

export interface MenuProps {
  /** One element that takes a ref: a Button, a Chip. */
  trigger: ReactNode;
  align?: "start" | "end";
  label?: string;
  children: ReactNode;
}

/** The menu itself, loaded when one is first wanted; it comes up open. */
export function MenuRoot({ trigger, align = "start", label, children }: MenuProps) {
  return (
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={4} collisionPadding={8} aria-label={label}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps {
  icon?: ReactNode;
  note?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  href?: string;
  onSelect?: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, note, danger, disabled, href, onSelect, children }: MenuItemProps) {
  const content = (
    <>
      {icon}
      <span>{children}</span>
      {note ? <span className="menu__note">{note}</span> : null}
    </>
  );
  return (
    <Radix.Item
      asChild={Boolean(href)}
      disabled={disabled}
      onSelect={onSelect}
      className={classNames("menu__item", danger && "menu__item--danger")}
    >
      {href ? <Link href={href}>{content}</Link> : content}
    </Radix.Item>
  );
}

interface MenuCheckProps {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  children: ReactNode;
}

/** One of several that may be on together; the menu stays open, so that several can be set. */
export function MenuCheck({ checked, onCheckedChange, children }: MenuCheckProps) {
  return (
    <Radix.CheckboxItem
      className="menu__item"
      checked={checked}
      onCheckedChange={onCheckedChange}
      onSelect={(event) => event.preventDefault()}
    >
      <Tick />
      {children}
    </Radix.CheckboxItem>
  );
}

interface MenuChoiceProps {
  value: string;
  onValueChange: (value: string) => void;
  options: { value: string; label: ReactNode }[];
}

/** Exactly one of several. */
export function MenuChoice({ value, onValueChange, options }: MenuChoiceProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onValueChange}>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className="menu__item">
          <Tick />
          {option.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

function Tick() {
  return (
    <span className="menu__tick">
      <Radix.ItemIndicator>
        <Check className="i i--s" aria-hidden="true" />
      </Radix.ItemIndicator>
    </span>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="menu__label">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="menu__sep" />;
}
