import Link from "next/link";
import { useLocale } from "next-intl";
import type { ReactNode } from "react";
import { formatCount } from "@/lib/format";

/** The number of an entry, or words with it, leading to it in the log that it is in: null for the present one. */
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
