"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useEffect, useState } from "react";
import { classNames } from "@/components/ui/class-names";

export interface SlipPart {
  id: string;
  /** The word of its tab; parts without one are reached by scrolling. */
  tab?: string;
  title: string;
  answer?: ReactNode;
  flush?: boolean;
  content: ReactNode;
}

interface SlipProps {
  /** The way back, named: on a phone the bar at the foot makes room for the signature. */
  back: { href: string; label: string };
  title: ReactNode;
  /** Who asked, when, and until when. */
  about: ReactNode;
  parts: SlipPart[];
  /** What is signed: the plan's label, the reason, both buttons. A SlipSignature, or why one cannot sign. */
  foot: ReactNode;
}

/** An approval on a phone: the plan above, the signature within reach of the thumb. */
export function Slip({ back, title, about, parts, foot }: SlipProps) {
  const current = usePartInSight(parts.map((part) => part.id));
  return (
    <div className="slip">
      <div className="slip__main">
        <header className="slip__head">
          <Link className="slip__back" href={back.href}>
            <ArrowLeft className="i" aria-hidden="true" />
            {back.label}
          </Link>
          <h1>{title}</h1>
          <p className="small muted">{about}</p>
        </header>
        {parts.map((part, index) => (
          <section key={part.id} id={part.id} className={classNames("slip__part", part.flush && "slip__part--flush")}>
            <header className="box__head">
              <span className="box__no">{index + 1}</span>
              <h2 className="box__title">{part.title}</h2>
              {part.answer ? <span className="box__answer">{part.answer}</span> : null}
            </header>
            {part.content}
          </section>
        ))}
      </div>
      <div className="slip__foot">
        <nav className="slip__tabs" aria-label="Parts of the plan">
          {parts
            .filter((part) => part.tab)
            .map((part) => (
              <a key={part.id} href={`#${part.id}`} aria-current={part.id === current || undefined}>
                {part.tab}
              </a>
            ))}
        </nav>
        {foot}
      </div>
    </div>
  );
}

/** The first part that reaches into the upper half of the window. */
function usePartInSight(ids: string[]): string | undefined {
  const [current, setCurrent] = useState(ids[0]);
  const key = ids.join(" ");
  useEffect(() => {
    const look = () => {
      const passed = key.split(" ").filter((id) => {
        const top = document.getElementById(id)?.getBoundingClientRect().top;
        return top !== undefined && top < 120;
      });
      setCurrent(passed.at(-1) ?? key.split(" ")[0]);
    };
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, [key]);
  return current;
}
