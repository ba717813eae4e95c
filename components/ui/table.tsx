import Link from "next/link";
import { type Locale, useLocale } from "next-intl";
import { isValidElement, type ReactNode } from "react";
import { Unbroken } from "@/components/ui/unbroken";
import { formatDecimal } from "@/lib/format";

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** Only screen readers get the heading. */
  readonly isHeadHidden?: boolean;
  /** Right aligned. */
  readonly isNumber?: boolean;
  /** Comes first when rows stack on narrow screens. */
  readonly isTitle?: boolean;
  /** Keeps its heading where rows stack. Numbers and times always do. Other values are clear without it. */
  readonly isNamed?: boolean;
  /** For sentences: where rows stack, they are shown below the title without their heading. */
  readonly isProse?: boolean;
  readonly className?: string;
  /** A control of the row. People do not choose whether it is shown. */
  readonly isTool?: boolean;
  /** Shown only to people who choose it. */
  readonly isExtra?: boolean;
}

/** Columns with these keys share the first line with the title where rows stack. */
const STATES: ReadonlySet<string> = new Set(["state", "status", "outcome"]);

/**
 * Shows rows of 36 pixels between hairlines. On narrow screens each row stacks: title and state, then the other values.
 * With `href` the title cell is a link. A row with `isCurrent` has a bar at its left. All looks are in data-table.css
 * (`data-table`), so that a page has them once and not once for each cell. A number is written as the reader's language
 * does it.
 */
export function Table<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  href?: (row: Row) => string | undefined;
  isCurrent?: (row: Row) => boolean;
}) {
  const locale = useLocale();
  return (
    <table className="data-table">
      <caption className="sr-only">{props.caption}</caption>
      <thead>
        <tr>
          {props.columns.map((column) => (
            <th key={column.key} scope="col" className={classesOf(column)}>
              {column.isHeadHidden === true ? <span className="sr-only">{column.head}</span> : column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => {
          const isCurrent = props.isCurrent?.(row) === true;
          return (
            <tr
              key={props.rowKey(row)}
              {...(isCurrent ? { "aria-current": true, className: "current-row" } : {})}
            >
              {props.columns.map((column) => cellOf(column, row, { href: props.href?.(row), locale }))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function classesOf<Row>(column: Column<Row>): string | undefined {
  const { key, isNumber, isNamed, isProse, isTitle, isTool, isHeadHidden, className } = column;
  const isAct = isTool === true || isHeadHidden === true || key === "acts";
  const classes = [
    isNumber === true ? "number" : undefined,
    isNamed === true ? "named" : undefined,
    isProse === true ? "prose-cell" : undefined,
    STATES.has(key) ? "state" : undefined,
    isAct && isTitle !== true ? "tool" : undefined,
    className,
  ];
  return classes.filter((one) => one !== undefined).join(" ") || undefined;
}

/** Whether a value is the dash for "no value", which rows leave out where they stack. */
function isDash(value: ReactNode): boolean {
  if (isValidElement<{ children?: ReactNode }>(value)) return value.props.children === "–";
  return value === "–";
}

interface Shown {
  readonly href: string | undefined;
  readonly locale: Locale;
}

function cellOf<Row>(column: Column<Row>, row: Row, { href, locale }: Shown): ReactNode {
  const found = column.cell(row);
  const value = typeof found === "number" ? formatDecimal(String(found), locale) : found;
  const { key, isTitle, isProse, isHeadHidden, head } = column;
  const className = classesOf(column);
  if (isTitle === true)
    return (
      <th key={key} scope="row" className={className}>
        {href === undefined ? (
          <Unbroken>{value}</Unbroken>
        ) : (
          <Link href={href} prefetch={false}>
            <Unbroken>{value}</Unbroken>
          </Link>
        )}
      </th>
    );
  // Where rows stack, an empty cell is left out.
  if (value === undefined || value === null) return <td key={key} className={className} />;
  if (isProse === true)
    return (
      <td key={key} className={className}>
        <Unbroken>{value}</Unbroken>
      </td>
    );
  return (
    <td
      key={key}
      className={isDash(value) ? [className, "no-value"].filter(Boolean).join(" ") : className}
      data-head={isHeadHidden === true ? "" : head}
    >
      <span>
        <Unbroken>{value}</Unbroken>
      </span>
    </td>
  );
}
