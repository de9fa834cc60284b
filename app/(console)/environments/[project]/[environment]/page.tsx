import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import {
  holdAction,
  releaseHoldAction,
  resumeAutomationAction,
  unblockAction,
  unpinAction,
} from "@/app/actions/environments";
import { EnvironmentPage } from "@/components/environment/environment-page";
import { environmentParams, environmentPath } from "@/components/environment/environment-params";
import { SetCrumbs } from "@/components/shell/crumbs";
import { Page } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { readEnvironment } from "@/lib/queries/environment";

interface Props {
  params: Promise<{ project: string; environment: string }>;
  searchParams: Promise<SearchParams>;
}

const loadParams = createLoader(environmentParams);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).environment) };
}

export default async function EnvironmentRoutePage({ params, searchParams }: Props) {
  const given = await params;
  const place = { project: decodeURIComponent(given.project), environment: decodeURIComponent(given.environment) };
  const principal = await pagePrincipal(`/environments/${place.project}/${place.environment}`);
  const { offset, before } = await loadParams(searchParams);
  const input = { ...place, offset, ...(before === null ? {} : { before }) };
  const initial = await notFoundOr(() => readEnvironment(getPool(), principal, input, new Date().toISOString()));
  return (
    <Page>
      <SetCrumbs
        items={[
          { label: "Environments", href: "/environments" },
          { label: place.project },
          { label: place.environment },
        ]}
      />
      <EnvironmentPage
        initial={initial}
        initialPath={environmentPath(place, { offset, before })}
        actions={{
          hold: holdAction,
          release: releaseHoldAction,
          unblock: unblockAction,
          unpin: unpinAction,
          resume: resumeAutomationAction,
        }}
      />
    </Page>
  );
}
