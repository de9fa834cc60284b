import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { signOut } from "@/app/(auth)/sign-out-action";
import { ConsoleShell } from "@/app/(console)/console-shell";
import { projectsInSight } from "@/app/(console)/projects-in-sight";
import { currentPrincipal } from "@/lib/auth/session";
import { getPool } from "@/lib/db/pool";
import { loadShell } from "@/lib/queries/shell";

/** Every page of the console. Where the proxy does not say the path, the page itself knows where to come back to. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const principal = await currentPrincipal();
  if (principal === null) {
    const path = (await headers()).get("x-waybill-path");
    if (path?.startsWith("/")) redirect(`/sign-in?callbackUrl=${encodeURIComponent(path)}`);
    return children;
  }
  const { inSight } = await projectsInSight(principal);
  const shell = await loadShell(getPool(), principal, { inSight, now: new Date().toISOString() });
  return (
    <ConsoleShell initial={shell} inSight={inSight} signOut={signOut}>
      {children}
    </ConsoleShell>
  );
}
