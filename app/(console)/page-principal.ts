import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { addressIssues } from "@/app/(console)/address-issues";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { currentPrincipal } from "@/lib/auth/session";

/**
 * Who asks for a page. Nobody signed in: goes to the sign-in page, and from there back to `path`. An address that holds
 * what no text may hold names nothing: it is answered as a page that is not there.
 */
export async function pagePrincipal(path: string): Promise<PersonPrincipal> {
  const principal = await currentPrincipal();
  if (principal === null) redirect(`/sign-in?callbackUrl=${encodeURIComponent(path)}`);
  if (addressIssues((await headers()).get("x-waybill-path") ?? path).length > 0) notFound();
  return principal;
}
