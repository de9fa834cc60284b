"use client";

import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { ErrorState } from "@/components/ui/error-state";
import { Page } from "@/components/ui/page";

/** Stands where a page would be that could not be made. What went wrong is in the log, under its digest. */
export default function ConsoleError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const router = useRouter();
  const again = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <Page>
      <ErrorState title="This page could not be shown" reference={error.digest} onRetry={again}>
        Nothing was changed by it. If it stays so, name the reference to whoever runs Waybill.
      </ErrorState>
    </Page>
  );
}
