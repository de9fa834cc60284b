"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { NowProvider } from "@/components/time/now";
import { Toaster } from "@/components/ui/toast";

interface ProvidersProps {
  /** `Date.now()` on the server. */
  now: number;
  /** Of the content security policy, where one is set. */
  nonce?: string;
  children: ReactNode;
}

export function Providers({ now, nonce, children }: ProvidersProps) {
  const [queries] = useState(newQueryClient);
  return (
    <ThemeProvider attribute="data-theme" defaultTheme="system" enableSystem enableColorScheme={false} nonce={nonce}>
      <NowProvider now={now}>
        <QueryClientProvider client={queries}>
          <NuqsAdapter>{children}</NuqsAdapter>
          <Toaster />
        </QueryClientProvider>
      </NowProvider>
    </ThemeProvider>
  );
}

/** Reads are refreshed by the stream of changes, so nothing is asked again merely because a window got the focus. */
function newQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: 1 } } });
}
