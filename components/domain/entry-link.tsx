import Link from "next/link";
import { useLocale } from "next-intl";
import type { ReactNode } from "react";
import { formatCount } from "@/lib/format";

/** Links to an entry, by its number or by `children`. `closedLog` is null for an entry of the present log. */
export function EntryLink(props: { seq: number | string; closedLog: string | null; children?: ReactNode }) {
  const locale = useLocale();
  const log = props.closedLog === null ? "" : `&log=${encodeURIComponent(props.closedLog)}`;
  return (
    <Link
      href={`/audit?entry=${props.seq}${log}`}
      prefetch={false}
      className="underline decoration-line-2 underline-offset-4 hover:decoration-current"
    >
      {props.children ?? formatCount(Number(props.seq), locale)}
    </Link>
  );
}
