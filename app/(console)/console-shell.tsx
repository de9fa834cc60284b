"use client";

import type { ReactNode } from "react";
import { LiveProvider, useLive } from "@/components/live/live-provider";
import { useView } from "@/components/live/use-view";
import { Palette } from "@/components/palette/palette";
import { AppShell } from "@/components/shell/app-shell";
import { BottomBar } from "@/components/shell/bottom-bar";
import { Navigation, type PlaceCounts } from "@/components/shell/navigation";
import type { SignOut } from "@/components/shell/person-menu";
import { ProjectsInSightProvider, useProjectsInSight } from "@/components/shell/projects-in-sight";
import type { SealView } from "@/components/shell/seal";
import { SearchProvider, useSearch } from "@/components/shell/search";
import { Topbar } from "@/components/shell/topbar";
import type { ShellView } from "@/lib/queries/shell";

interface ConsoleShellProps {
  initial: ShellView;
  inSight: string[];
  signOut: SignOut;
  children: ReactNode;
}

/** The frame of the console with what lives in it: the stream of changes, the projects in sight, the search. */
export function ConsoleShell({ initial, inSight, signOut, children }: ConsoleShellProps) {
  return (
    <LiveProvider now={Date.parse(initial.asOf)}>
      <ProjectsInSightProvider all={initial.projects} initial={inSight}>
        <SearchProvider>
          <Frame initial={initial} signOut={signOut}>
            {children}
          </Frame>
          <Palette />
        </SearchProvider>
      </ProjectsInSightProvider>
    </LiveProvider>
  );
}

function Frame({ initial, signOut, children }: Omit<ConsoleShellProps, "inSight">) {
  const live = useLive();
  const search = useSearch();
  const { all, inSight, setInSight } = useProjectsInSight();
  const path = `/api/view/shell?${new URLSearchParams(inSight.map((project) => ["project", project]))}`;
  const shell = useView<ShellView>(path, { initial, watches: { projects: inSight }, keep: true }).data ?? initial;
  const counts: PlaceCounts = {
    promotions: { count: shell.counts.open, what: "not ended" },
    approvals: { count: shell.counts.mine, what: "wait for you", mine: true },
  };
  const seal: SealView = { standing: shell.ledger.standing, entries: shell.ledger.entries };
  const { person } = shell;
  return (
    <AppShell
      navigation={<Navigation counts={counts} seal={seal} />}
      topbar={
        <Topbar
          projects={all.map((name) => ({ name, selected: inSight.includes(name) }))}
          onProjectsChange={setInSight}
          onSearch={() => search.setOpen(true)}
          live={live}
          person={person}
          signOut={signOut}
        />
      }
      bottomBar={<BottomBar counts={counts} seal={seal} person={person} signOut={signOut} />}
    >
      {children}
    </AppShell>
  );
}
