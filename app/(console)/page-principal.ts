import { redirect } from "next/navigation";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { currentPrincipal } from "@/lib/auth/session";

/** Who asks for a page. Nobody signed in: goes to the sign-in page, and from there back to `path`. */
export async function pagePrincipal(path: string): Promise<PersonPrincipal> {
  const principal = await currentPrincipal();
  if (principal === null) redirect(`/sign-in?callbackUrl=${encodeURIComponent(path)}`);
  return principal;
}
