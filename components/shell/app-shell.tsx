import type { ReactNode } from "react";
import { CrumbsProvider } from "./crumbs";

interface AppShellProps {
  /** A Navigation. */
  navigation: ReactNode;
  /** A Topbar. */
  topbar: ReactNode;
  /** A BottomBar. */
  bottomBar: ReactNode;
  /** The page: a Page with its `main`. */
  children: ReactNode;
}

/** The frame of every page of the console. */
export function AppShell({ navigation, topbar, bottomBar, children }: AppShellProps) {
  return (
    <CrumbsProvider>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="shell">
        {navigation}
        <div className="shell__main">
          {topbar}
          {children}
        </div>
        {bottomBar}
      </div>
    </CrumbsProvider>
  );
}
