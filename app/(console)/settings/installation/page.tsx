import type { Metadata } from "next";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { installationSettings } from "@/app/(console)/settings/installation/installation-settings";
import { InstallationPage } from "@/components/settings/installation-page";
import { getPool } from "@/lib/db/pool";
import { loadInstallation } from "@/lib/queries/installation";

export const metadata: Metadata = { title: "Installation" };

export default async function InstallationRoutePage() {
  const principal = await pagePrincipal("/settings/installation");
  const now = new Date().toISOString();
  return <InstallationPage initial={await loadInstallation(getPool(), principal, installationSettings(), now)} />;
}
