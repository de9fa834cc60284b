import type { ReactNode } from "react";
import { Shape, type ShapeName } from "@/components/state/shape";

export type AlertTone = "ok" | "warn" | "fail" | "info";

const looks: Record<AlertTone, { tone: string; shape: ShapeName; word: string }> = {
  ok: { tone: "tone-ok", shape: "pass", word: "Done" },
  warn: { tone: "tone-warn", shape: "degraded", word: "Warning" },
  fail: { tone: "tone-fail", shape: "fail", word: "Error" },
  info: { tone: "tone-ink", shape: "ring", word: "Note" },
};

interface AlertProps {
  tone: AlertTone;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** Spoken at once; for what appears while the page is open. */
  live?: boolean;
}

export function Alert({ tone, title, children, action, live }: AlertProps) {
  const look = looks[tone];
  return (
    <div className={`alert ${look.tone}`} role={live ? (tone === "fail" ? "alert" : "status") : undefined}>
      <Shape name={look.shape} />
      <p className="alert__title">
        <span className="sr">{look.word}: </span>
        {title}
      </p>
      {children ? <div className="alert__body">{children}</div> : null}
      {action ? <div className="alert__action">{action}</div> : null}
    </div>
  );
}
