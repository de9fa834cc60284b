import type { ReactNode } from "react";

/** Read aloud, not printed. */
export function VisuallyHidden({ children }: { children: ReactNode }) {
  return <span className="sr">{children}</span>;
}
