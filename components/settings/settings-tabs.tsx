"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useQueryState } from "nuqs";
import { useEffect, useRef } from "react";
import { SetCrumbs } from "@/components/shell/crumbs";
import { useProjectsInSight } from "@/components/shell/projects-in-sight";
import { Select } from "@/components/ui/select";

const tabs = [
  { path: "file", label: "Project file", perProject: true },
  { path: "policy", label: "Policy", perProject: true },
  { path: "connections", label: "Connections", perProject: false },
  { path: "people", label: "People and roles", perProject: true },
  { path: "notifications", label: "Notifications", perProject: true },
  { path: "tokens", label: "API tokens", perProject: true },
  { path: "installation", label: "Installation", perProject: false },
] as const;

/** The parts of the settings, and the project that they are about. */
export function SettingsTabs({ mayAdminister }: { mayAdminister: boolean }) {
  const pathname = usePathname();
  const [project, setProject] = useQueryState("project", { history: "push", shallow: false });
  const { inSight } = useProjectsInSight();
  const here = tabs.find((tab) => pathname.startsWith(`/settings/${tab.path}`));
  const strip = useRef<HTMLElement>(null);
  // A phone shows three of them at a time.
  useEffect(() => {
    const current = strip.current?.querySelector(`[href^="/settings/${here?.path}"]`);
    current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [here]);
  const every = mayAdminister && here?.path === "tokens" ? [{ value: "*", label: "every project" }] : [];
  const choices = [...inSight.map((name) => ({ value: name, label: name })), ...every];
  return (
    <div className="mb-4 flex flex-wrap items-end gap-x-4 gap-y-2">
      {here ? <SetCrumbs items={[{ label: "Settings", href: "/settings" }, { label: here.label }]} /> : null}
      <nav ref={strip} className="tabs__list flex-1 basis-full phone:basis-0" aria-label="Settings">
        {tabs.map((tab) => (
          <Link
            key={tab.path}
            className="tabs__tab inline-flex items-center"
            href={hrefOf(tab.path, project)}
            aria-current={tab === here ? "page" : undefined}
          >
            {tab.label}
          </Link>
        ))}
      </nav>
      {here?.perProject && choices.length > 1 ? (
        <Select
          small
          className="ml-4 phone:ml-0"
          aria-label="Project"
          value={project ?? inSight[0] ?? ""}
          onChange={(event) => setProject(event.target.value)}
          options={choices}
        />
      ) : null}
    </div>
  );
}

function hrefOf(path: string, project: string | null): string {
  const keeps = project && (project !== "*" || path === "tokens");
  return `/settings/${path}${keeps ? `?${new URLSearchParams({ project })}` : ""}`;
}
