"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

interface ScrollRegionProps {
  label: string;
  className?: string;
  children: ReactNode;
}

/** What may be wider than its place scrolls sideways; where it does, the keyboard can reach it to scroll. */
export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  const region = useRef<HTMLElement>(null);
  const [isWider, setWider] = useState(false);

  useEffect(() => {
    const element = region.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWider(element.scrollWidth > element.clientWidth));
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);

  if (!isWider)
    return (
      <section ref={region} className={className}>
        {children}
      </section>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section ref={region} className={className} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
