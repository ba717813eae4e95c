import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";

interface UnreadableRow {
  readonly id: string;
}

/**
 * Rows of a list that are stored but cannot be read, each with its id. `act` adds what the reader can do about one,
 * for example the withdrawal of a request.
 */
export function UnreadableRows(props: {
  readonly kind?: "request" | "entry";
  readonly rows: readonly UnreadableRow[] | undefined;
  readonly act?: (row: UnreadableRow) => ReactNode;
}) {
  const t = useTranslations("domain.unreadable");
  const { kind = "entry", rows = [], act } = props;
  if (rows.length === 0) return null;
  return (
    <ul className="mb-4 divide-y divide-line border-y border-line">
      {rows.map((row) => (
        <li key={row.id} className="flex flex-wrap items-center gap-3 py-2 text-control">
          <Icon name="stop" className="text-oxblood" />
          <span className="min-w-0 grow">
            {t(kind)} <span className="wrap-anywhere font-mono text-ink-2">{row.id}</span>
          </span>
          {act?.(row)}
        </li>
      ))}
    </ul>
  );
}
