"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { Shape } from "@/components/state/shape";
import { places } from "./places";

export interface Crumb {
  label: string;
  /** Left out for the page one is on. */
  href?: string;
}

interface Trail {
  pathname: string;
  items: Crumb[];
}

const TrailContext = createContext<{ trail?: Trail; setTrail: (trail: Trail) => void }>({ setTrail: () => {} });

export function CrumbsProvider({ children }: { children: ReactNode }) {
  const [trail, setTrail] = useState<Trail>();
  return <TrailContext value={{ trail, setTrail }}>{children}</TrailContext>;
}

/** Put on a page whose address does not name what it shows: says the way there in words. Prints nothing itself. */
export function SetCrumbs({ items }: { items: Crumb[] }) {
  const pathname = usePathname();
  const { setTrail } = useContext(TrailContext);
  const key = JSON.stringify(items);
  useEffect(() => {
    setTrail({ pathname, items: JSON.parse(key) as Crumb[] });
  }, [pathname, key, setTrail]);
  return null;
}

/** The way to this page, from its address or from what the page said; nothing on a page of the navigation itself. */
export function Crumbs() {
  const pathname = usePathname();
  const { trail } = useContext(TrailContext);
  const items = trail?.pathname === pathname ? trail.items : crumbsOf(pathname);
  if (items.length < 2) return null;
  return (
    <>
      <span className="topbar__sep" />
      <nav className="crumbs" aria-label="Where">
        <ol>
          {items.map((item, index) => (
            <li key={item.href ?? item.label} className="clip">
              {index > 0 ? <Shape name="next" className="i--xs" /> : null}
              {item.href && index < items.length - 1 ? (
                <Link href={item.href}>{item.label}</Link>
              ) : (
                <b aria-current="page">{item.label}</b>
              )}
            </li>
          ))}
        </ol>
      </nav>
    </>
  );
}

/** `/services/veza/backend` as Services, veza, backend; only what the navigation knows is a link, so none leads nowhere. */
export function crumbsOf(pathname: string): Crumb[] {
  const parts = pathname.split("/").filter(Boolean);
  return parts.map((part, index) => {
    const href = `/${parts.slice(0, index + 1).join("/")}`;
    const place = places.find((each) => each.href === href);
    return place ? { label: place.label, href } : { label: decode(part) };
  });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
