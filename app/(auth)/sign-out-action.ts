"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { authConfig } from "@/lib/auth/auth-config";
import { sessionCookieName } from "@/lib/auth/session-cookie";

/** Ends the session in this browser, all pieces of its cookie, and goes to the sign-in page. */
export async function signOut(): Promise<void> {
  const name = sessionCookieName(authConfig().publicUrl);
  const secure = name.startsWith("__Host-");
  const jar = await cookies();
  for (const cookie of jar.getAll()) {
    if (cookie.name !== name && !cookie.name.startsWith(`${name}.`)) continue;
    // A browser takes the removal of a __Host- cookie only with the attributes it was set with.
    jar.set({ name: cookie.name, value: "", maxAge: 0, path: "/", httpOnly: true, sameSite: "lax", secure });
  }
  redirect("/sign-in");
}
