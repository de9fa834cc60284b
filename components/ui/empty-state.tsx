import type { ReactNode } from "react";

interface EmptyStateProps {
  /** What is not there: `No release yet`. */
  title: ReactNode;
  /** Why that is so, and what would put something here. */
  children?: ReactNode;
  action?: ReactNode;
  /** Inside a box: without a border of its own. */
  bare?: boolean;
}

export function EmptyState({ title, children, action, bare }: EmptyStateProps) {
  return (
    <div className={bare ? "empty empty--bare" : "empty"}>
      <p className="empty__title">{title}</p>
      {children ? <div className="empty__body">{children}</div> : null}
      {action ? <div className="empty__action">{action}</div> : null}
    </div>
  );
}
