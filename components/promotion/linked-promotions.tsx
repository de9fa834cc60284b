import Link from "next/link";
import { Fragment } from "react";

/** A sentence of the ledger, with the promotions of `project` that it names as links to them. */
export function LinkedPromotions({ project, text }: { project: string; text: string }) {
  // A project's name holds letters, digits and hyphens only.
  const id = new RegExp(`(?<![\\w-])(${project}-\\d+)(?![\\w-])`);
  return text.split(id).map((part, index) =>
    id.test(part) ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence stay in their places
      <Link key={index} className="link" href={`/promotions/${part}`}>
        {part}
      </Link>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}
