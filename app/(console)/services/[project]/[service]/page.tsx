import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import {
  adoptDriftAction,
  blockAction,
  pinAction,
  resumeAutomationAction,
  revertDriftAction,
  unpinAction,
  verifyAgainAction,
} from "@/app/actions/environments";
import { announceReleaseAction } from "@/app/actions/releases";
import { ServicePage } from "@/components/service/service-page";
import { SetCrumbs } from "@/components/shell/crumbs";
import { Page } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadService } from "@/lib/queries/service";
import { loadServiceSignals } from "@/lib/queries/service-signals";

type Params = Promise<{ project: string; service: string }>;

export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  return { title: decodeURIComponent((await params).service) };
}

export default async function ServiceRoutePage({ params }: { params: Params }) {
  const given = await params;
  const [project, service] = [decodeURIComponent(given.project), decodeURIComponent(given.service)];
  const principal = await pagePrincipal(`/services/${project}/${service}`);
  const now = new Date().toISOString();
  const [view, signals] = await notFoundOr(() =>
    Promise.all([
      loadService(getPool(), principal, { project, service }, now),
      loadServiceSignals(getPool(), principal, { project, service }, now),
    ]),
  );
  const named = new URLSearchParams({ project, service });
  return (
    <Page>
      <SetCrumbs
        items={[
          { label: "Services", href: "/services" },
          { label: project, href: `/services?project=${project}` },
          { label: service },
        ]}
      />
      <ServicePage
        initial={view}
        path={`/api/view/service?${named}`}
        signals={signals}
        signalsPath={`/api/view/signals/service?${named}`}
        drift={{ adopt: adoptDriftAction, revert: revertDriftAction }}
        digest={{
          ...{ pin: pinAction, unpin: unpinAction, block: blockAction, resume: resumeAutomationAction },
          verify: verifyAgainAction,
        }}
        announce={announceReleaseAction}
      />
    </Page>
  );
}
