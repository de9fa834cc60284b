"use client";

import { X } from "lucide-react";
import * as Radix from "radix-ui/dialog";
import type { ReactNode } from "react";
import { IconButton } from "./button";
import { classNames } from "./class-names";
import { useReturnOfFocus } from "./use-return-of-focus";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** One or two sentences below the title: what this does. */
  description?: ReactNode;
  /** Buttons, the one that acts last. */
  footer?: ReactNode;
  tone?: "plain" | "danger";
  wide?: boolean;
  children?: ReactNode;
}

/** The dialog itself, loaded when one is first opened. */
export function DialogRoot({ open, onOpenChange, title, description, footer, tone, wide, children }: DialogProps) {
  const returnFocus = useReturnOfFocus(open);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content
          className={classNames("dialog", wide && "dialog--wide", tone === "danger" && "dialog--danger")}
          onOpenAutoFocus={focusFirstField}
          onCloseAutoFocus={returnFocus}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <header className="dialog__head">
            <Radix.Title className="dialog__title">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close" className="push">
                <X className="i" aria-hidden="true" />
              </IconButton>
            </Radix.Close>
          </header>
          {description ? <Radix.Description className="dialog__about">{description}</Radix.Description> : null}
          {children ? <div className="dialog__body">{children}</div> : null}
          {footer ? <footer className="dialog__foot">{footer}</footer> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/**
 * A dialog that asks for something is answered without a key before: its first field has the focus, unless it would have to
 * be scrolled to, past what is to be read. Not on a touch screen, whose keyboard would cover what the dialog says.
 */
function focusFirstField(event: Event): void {
  const dialog = event.currentTarget;
  if (!(dialog instanceof HTMLElement) || !window.matchMedia("(pointer: fine)").matches) return;
  const field = dialog.querySelector<HTMLElement>("textarea, select, input:not([type=checkbox], [type=hidden])");
  if (!field || field.getBoundingClientRect().bottom > dialog.getBoundingClientRect().bottom) return;
  event.preventDefault();
  field.focus();
}

export interface DrawerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
}

/** The drawer itself, loaded with the first dialog. */
export function DrawerRoot({ open, onOpenChange, title, children }: DrawerProps) {
  const returnFocus = useReturnOfFocus(open);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content className="drawer" aria-describedby={undefined} onCloseAutoFocus={returnFocus}>
          <header className="drawer__head">
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X className="i" aria-hidden="true" />
              </IconButton>
            </Radix.Close>
          </header>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
