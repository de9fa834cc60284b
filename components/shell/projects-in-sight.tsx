"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { projectsCookie, projectsCookieValue } from "@/components/shell/projects-cookie";

interface ProjectsInSight {
  /** Every project that this person may see, by name. */
  all: string[];
  /** Those that pages show; never none where there is any. */
  inSight: string[];
  setInSight: (names: string[]) => void;
}

const ProjectsContext = createContext<ProjectsInSight>({ all: [], inSight: [], setInSight: () => {} });

interface ProjectsInSightProviderProps {
  all: string[];
  /** As the server found it in the cookie. */
  initial: string[];
  children: ReactNode;
}

/** Which projects the pages show; kept in this browser. */
export function ProjectsInSightProvider({ all, initial, children }: ProjectsInSightProviderProps) {
  const router = useRouter();
  const [chosen, setChosen] = useState(initial);
  const setInSight = useCallback(
    (names: string[]) => {
      setChosen(names);
      const value = projectsCookieValue(all, names);
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
      document.cookie = `${projectsCookie}=${value}; path=/; max-age=31536000; samesite=lax`;
      router.refresh();
    },
    [all, router],
  );
  const value = useMemo(() => {
    const known = all.filter((project) => chosen.includes(project));
    return { all, inSight: known.length > 0 ? known : all, setInSight };
  }, [all, chosen, setInSight]);
  return <ProjectsContext value={value}>{children}</ProjectsContext>;
}

export function useProjectsInSight(): ProjectsInSight {
  return useContext(ProjectsContext);
}
