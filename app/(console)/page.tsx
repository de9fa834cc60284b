import type { Metadata } from "next";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { projectsInSight } from "@/app/(console)/projects-in-sight";
import { holdAction } from "@/app/actions/environments";
import { MatrixLegend } from "@/components/matrix/matrix-legend";
import { NoProject } from "@/components/overview/no-project";
import { Overview } from "@/components/overview/overview";
import { projectsAsked, readFilter, windowPath } from "@/components/overview/overview-filter";
import { can, permissions } from "@/lib/auth/permissions";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { getPool } from "@/lib/db/pool";
import { readMatrix } from "@/lib/queries/matrix";
import { readMatrixInput } from "@/lib/queries/matrix-input";
import { type OverviewView, readOverview } from "@/lib/queries/overview";

export const metadata: Metadata = { title: "Overview" };

type Address = Record<string, string | string[] | undefined>;

/** Counting a large fleet takes longer than reading a screenful of it: then the counts come after the page. */
const countingMsMax = 120;

export default async function OverviewPage({ searchParams }: { searchParams: Promise<Address> }) {
  const principal = await pagePrincipal("/");
  const [address, { all, inSight }] = await Promise.all([searchParams, projectsInSight(principal)]);
  if (all.length === 0) return <NoProject mayMake={can(principal, "administer", { instance: true })} />;
  const projects = projectsAsked(all, inSight);
  const path = windowPath({ ...readFilter(address), projects }, 0);
  const [matrix, overview] = await Promise.all([
    readMatrix(getPool(), principal, readMatrixInput(new URL(path, "http://localhost").searchParams)),
    inTime(readOverview(getPool(), principal, { projects, now: new Date().toISOString() })),
  ]);
  return (
    <Overview
      initial={matrix}
      initialPath={path}
      overview={overview}
      mayHold={mayHoldAny(principal, inSight)}
      legend={<MatrixLegend />}
      holdAction={holdAction}
    />
  );
}

async function inTime(reading: Promise<OverviewView>): Promise<OverviewView | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), countingMsMax);
  });
  // What was late or failed is read by the browser again, and a failure is told there.
  const read = reading.catch(() => undefined);
  return await Promise.race([read, late]).finally(() => clearTimeout(timer));
}

function mayHoldAny(principal: PersonPrincipal, projects: string[]): boolean {
  if (principal.administrator) return true;
  return principal.grants.some((grant) => {
    const allowed: readonly string[] = permissions[grant.role];
    return projects.includes(grant.project) && allowed.includes("hold");
  });
}
