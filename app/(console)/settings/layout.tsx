import type { ReactNode } from "react";
import { SettingsTabs } from "@/components/settings/settings-tabs";
import { Page, PageHead } from "@/components/ui/page";
import { can } from "@/lib/auth/permissions";
import { currentPrincipal } from "@/lib/auth/session";

/** The settings' own frame; each page below asks who is there and what they may see. */
export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const principal = await currentPrincipal();
  const mayAdminister = principal !== null && can(principal, "administer", { instance: true });
  return (
    <Page>
      <PageHead title="Settings" />
      <SettingsTabs mayAdminister={mayAdminister} />
      {children}
    </Page>
  );
}
