import type { ReactNode } from "react";

interface DangerSheetProps {
  title: string;
  /** The exact effect, in one or two sentences. */
  children: ReactNode;
  /** A full-width danger Button. */
  action: ReactNode;
}

/** What stops or undoes something, apart from everything else. */
export function DangerSheet({ title, children, action }: DangerSheetProps) {
  return (
    <section className="sheet danger-sheet" aria-label={title}>
      <header className="box__head">
        <h2 className="box__title">{title}</h2>
      </header>
      <div className="note">{children}</div>
      {action}
    </section>
  );
}
