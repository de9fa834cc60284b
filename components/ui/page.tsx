import type { ReactNode } from "react";
import { classNames } from "./class-names";

/** The page's own part of the screen, and where the skip link leads. `wide` gives it the navigation's room. */
export function Page({ wide, children }: { wide?: boolean; children: ReactNode }) {
  return (
    <main className={classNames("page", wide && "page--wide")} id="main" tabIndex={-1}>
      {children}
    </main>
  );
}

interface PageHeadProps {
  title: ReactNode;
  /** A Stamp beside the title. */
  stamp?: ReactNode;
  /** The one fact that belongs beside the title. */
  note?: ReactNode;
  /** A second line: number, who, when. */
  below?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ title, stamp, note, below, actions }: PageHeadProps) {
  return (
    <header className={classNames("page__head", Boolean(below) && "page__head--tall")}>
      <div className="page__title">
        <div className="page__line">
          <h1 className="title">{title}</h1>
          {stamp}
          {note ? <span className="muted">{note}</span> : null}
        </div>
        {below ? <p className="small muted">{below}</p> : null}
      </div>
      {actions ? <div className="actions">{actions}</div> : null}
    </header>
  );
}
