import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { ScrollRegion } from "./scroll-region";

export interface LineColumn {
  key: string;
  head: ReactNode;
  /** A CSS width; left out, the column takes what is over. */
  width?: string;
  /** Numbers end on one edge. */
  numeric?: boolean;
}

interface LinesProps {
  /** What the table holds; read aloud, not printed. */
  caption: string;
  columns: LineColumn[];
  /** The column heads are printed; otherwise they are only read aloud. */
  heads?: boolean;
  tall?: boolean;
  /** On a phone each row becomes a small block; the cell with class `lines__side` stays at its right. */
  stack?: boolean;
  /** Stands alone, without the gutter of a numbered box. */
  bare?: boolean;
  /** `tr` elements with `th scope="row"` and `td`. */
  children: ReactNode;
}

/** The ruled list, one entry a line: a table whose rows are drawn by whoever knows them. */
export function Lines({ caption, columns, heads, tall, stack, bare, children }: LinesProps) {
  const look = classNames("lines", tall && "lines--tall", stack && "lines--stack", bare && "lines--bare");
  return (
    <ScrollRegion className="lines-scroll" label={caption}>
      <table className={look}>
        <caption className="sr">{caption}</caption>
        {columns.some((column) => column.width) ? (
          <colgroup>
            {columns.map((column) => (
              <col key={column.key} style={column.width ? { width: column.width } : undefined} />
            ))}
          </colgroup>
        ) : null}
        <thead className={heads ? undefined : "sr"}>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={column.numeric ? "num" : undefined}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </ScrollRegion>
  );
}
