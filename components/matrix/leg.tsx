import Link from "next/link";
import type { ReactNode } from "react";
import { Shape, type ShapeName } from "@/components/state/shape";
import type { MatrixLeg, MatrixLegKind } from "./matrix-view";

interface LegLook {
  className: string;
  shape?: ShapeName;
  words: string;
}

export const legLooks: Record<MatrixLegKind, LegLook> = {
  same: { className: "leg--same", words: "same digest as before" },
  ahead: { className: "leg--ahead", words: "releases could move on" },
  move: { className: "leg--move", shape: "move", words: "in flight" },
  wait: { className: "leg--wait", shape: "wait", words: "waits" },
  block: { className: "leg--block tone-fail", shape: "block", words: "this digest is blocked" },
  gate: { className: "leg--block tone-fail", shape: "fail", words: "a gate said no" },
  held: { className: "leg--held", shape: "pause", words: "held by a person" },
  none: { className: "leg--none", words: "nothing has gone there yet" },
};

interface LegProps {
  leg: MatrixLeg;
  /** Where the node leads, if something could be promoted over this leg. */
  href?: string;
  /** Said of the link: `Promote v1.4.0 to production`. */
  linkWords?: string;
  tabIndex?: number;
}

/** The stretch between two ports; what stops it stands on the border. */
export function Leg({ leg, href, linkWords, tabIndex }: LegProps) {
  const look = legLooks[leg.kind];
  const content = look.shape ? <Shape name={look.shape} /> : leg.count;
  return (
    <span className={`leg ${look.className}`}>
      {content === undefined ? null : <Node content={content} href={href} words={linkWords} tabIndex={tabIndex} />}
      <span className="sr">{leg.kind === "ahead" && leg.count ? `${leg.count} ${look.words}` : look.words}</span>
    </span>
  );
}

interface NodeProps {
  content: ReactNode;
  href?: string;
  words?: string;
  tabIndex?: number;
}

function Node({ content, href, words, tabIndex }: NodeProps) {
  if (!href)
    return (
      <span className="leg__node" aria-hidden="true">
        {content}
      </span>
    );
  return (
    <Link
      className="leg__node leg__node--go"
      href={href}
      tabIndex={tabIndex}
      title={words}
      aria-label={typeof content === "object" ? words : `${content}: ${words}`}
      prefetch={false}
    >
      {content}
    </Link>
  );
}
