"use client";

import { useEffect, useState } from "react";

/**
 * A module that is loaded when it is first wanted, and then stays. Nothing is suspended, so nothing that is on the page
 * gives way while it loads.
 */
export function usePartsWhen<Parts>(isWanted: boolean, load: () => Promise<Parts>): Parts | undefined {
  const [loaded, setLoaded] = useState<{ parts: Parts }>();
  useEffect(() => {
    if (!isWanted || loaded) return;
    let isGone = false;
    void load().then((parts) => {
      if (!isGone) setLoaded({ parts });
    });
    return () => {
      isGone = true;
    };
  }, [isWanted, loaded, load]);
  return loaded?.parts;
}
