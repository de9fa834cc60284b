import type { Metadata } from "next";
import { Logo } from "@/components/shell/logo";
import { LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

export const metadata: Metadata = { title: "No such page" };

/** Stands at an address that no page has; it says nothing of anybody and needs no sign-in. */
export default function NotFound() {
  return (
    <main id="main" tabIndex={-1} className="mx-auto grid w-full max-w-[480px] gap-4 px-4 py-10 phone:py-20">
      <div className="flex items-center gap-2 text-lg font-bold">
        <Logo />
        Waybill
      </div>
      <h1 className="title">No such page</h1>
      <EmptyState title="Nothing is at this address" action={<LinkButton href="/">To the overview</LinkButton>}>
        A letter may be missing from it, or it was moved.
      </EmptyState>
    </main>
  );
}
