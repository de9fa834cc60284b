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
import { environmentSignalsParams } from "@/components/signals/environment-signals-params";
import { Page } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { readEnvironment } from "@/lib/queries/environment";
import { loadEnvironmentSignals } from "@/lib/queries/environment-signals";

interface Props {
  params: Promise<{ project: string; environment: string }>;
  searchParams: Promise<SearchParams>;
}

const loadParams = createLoader({ ...environmentParams, ...environmentSignalsParams });

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).environment) };
}

export default async function EnvironmentRoutePage({ params, searchParams }: Props) {
  const given = await params;
  const place = { project: decodeURIComponent(given.project), environment: decodeURIComponent(given.environment) };
  const principal = await pagePrincipal(`/environments/${place.project}/${place.environment}`);
  const { offset, before, sort, signals: signalsFrom } = await loadParams(searchParams);
  const input = { ...place, offset, ...(before === null ? {} : { before }) };
  const now = new Date().toISOString();
  const [initial, signals] = await notFoundOr(() =>
    Promise.all([
      readEnvironment(getPool(), principal, input, now),
      loadEnvironmentSignals(getPool(), principal, { ...place, sort, offset: Math.max(0, signalsFrom) }, now),
    ]),
  );
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
        signals={signals}
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
