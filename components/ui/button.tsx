import Link from "next/link";
import type { ButtonHTMLAttributes, ComponentProps, ReactNode, Ref } from "react";
import { classNames } from "./class-names";

export type ButtonVariant = "primary" | "secondary" | "danger" | "quiet";
export type ButtonSize = "small" | "medium" | "large";

interface Look {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** As wide as its column. */
  full?: boolean;
  icon?: ReactNode;
}

function look({ variant = "secondary", size = "medium", full }: Look, extra?: string): string {
  return classNames(
    "button",
    variant !== "secondary" && `button--${variant}`,
    size !== "medium" && `button--${size}`,
    full && "button--full",
    extra,
  );
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Look {
  /** Its work is under way: it says so, keeps its place and its focus, and takes no second press. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A button; `type` is `button` unless said otherwise, so that it never submits a form by accident. */
export function Button({ variant, size, full, icon, busy, children, className, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={look({ variant, size, full }, className)}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest["aria-disabled"]}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <BusyMark /> : icon}
      {children}
    </button>
  );
}

function BusyMark() {
  return (
    <span className="button__busy" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

/** A link that looks like a button, for going somewhere rather than doing something. */
export function LinkButton({
  variant,
  size,
  full,
  icon,
  children,
  className,
  ...rest
}: ComponentProps<typeof Link> & Look) {
  return (
    <Link {...rest} className={look({ variant, size, full }, className)}>
      {icon}
      {children}
    </Link>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "icon" | "children"> {
  /** What it does, for those who don't see the icon. */
  label: string;
  children: ReactNode;
}

/** A square button with nothing but an icon in it. */
export function IconButton({ label, variant = "quiet", className, children, ...rest }: IconButtonProps) {
  return (
    <Button
      {...rest}
      variant={variant}
      className={classNames("button--icon", className)}
      aria-label={label}
      title={label}
    >
      {children}
    </Button>
  );
}
