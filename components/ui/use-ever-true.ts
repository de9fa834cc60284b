"use client";

import { useState } from "react";

/** True from the first time on that `value` is: for what is loaded when first wanted, and then stays. */
export function useEverTrue(value: boolean): boolean {
  const [wasTrue, setWasTrue] = useState(value);
  if (value && !wasTrue) setWasTrue(true);
  return wasTrue || value;
}
