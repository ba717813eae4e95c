import Link from "next/link";
import type { ReactNode } from "react";

export interface Column<Row> {
  readonly key: string;
  readonly head: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Right aligned. */
  readonly isNumber?: boolean;
  /** Comes first and without its heading when rows stack on narrow screens. */
  readonly isTitle?: boolean;
  /** Sentences: where rows stack they stand below the title as they are, without their heading. */
  readonly isProse?: boolean;
  readonly className?: string;
  /** A control of the row. People do not choose whether it is shown. */
  readonly isTool?: boolean;
  /** Shown only to people who choose it. */
  readonly isExtra?: boolean;
}

/**
 * Rows of 36 pixels between hairlines. On narrow screens each row stacks and names its values. With `href` the
 * title cell is a link and carries `isCurrent` rows' bar.
 */
export function Table<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  href?: (row: Row) => string | undefined;
  isCurrent?: (row: Row) => boolean;
}) {
  return (
    <table className="block w-full border-collapse text-control tablet:table">
      <caption className="sr-only">{props.caption}</caption>
      <thead className="sr-only tablet:not-sr-only tablet:table-header-group">
        <tr className="tablet:table-row">
          {props.columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              className={`h-row border-line-2 border-b pr-4 font-normal text-ink-2 text-note last:pr-0 ${column.isNumber ? "text-right" : "text-left"} ${column.className ?? ""}`}
            >
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="block tablet:table-row-group">
        {props.rows.map((row) => {
          const isCurrent = props.isCurrent?.(row) === true;
          return (
            <tr
              key={props.rowKey(row)}
              aria-current={isCurrent || undefined}
              className={`block border-line border-b py-2 tablet:table-row tablet:py-0 ${isCurrent ? "current-row" : "hover:bg-margin"}`}
            >
              {props.columns.map((column) => (
                <Cell key={column.key} column={column} row={row} href={props.href?.(row)} />
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Cell<Row>({ column, row, href }: { column: Column<Row>; row: Row; href: string | undefined }) {
  const align = column.isNumber === true ? "tablet:text-right" : "";
  const value = column.cell(row);
  // Where rows stack, a heading without a value is left out.
  const base = `${value === undefined ? "hidden" : "flex"} items-baseline justify-between gap-4 py-[3px] tablet:table-cell tablet:h-row tablet:py-1 tablet:pr-4 tablet:align-middle tablet:last:pr-0 ${align} ${column.className ?? ""}`;
  if (column.isTitle === true)
    return (
      <th scope="row" className={`${base} text-left font-medium`}>
        {href === undefined ? (
          value
        ) : (
          <Link
            href={href}
            prefetch={false}
            className="inline-flex min-h-[24px] items-center underline-offset-4 hover:underline"
          >
            {value}
          </Link>
        )}
      </th>
    );
  if (column.isProse === true) return <td className={base}>{value}</td>;
  return (
    <td className={base}>
      <span aria-hidden="true" className="shrink-0 text-ink-2 text-note tablet:hidden">
        {column.head}
      </span>
      <span className="min-w-0 text-right tablet:[text-align:inherit]">{value}</span>
    </td>
  );
}
