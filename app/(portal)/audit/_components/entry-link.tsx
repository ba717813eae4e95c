import Link from "next/link";
import { useLocale } from "next-intl";
import { formatCount } from "@/lib/format";
import { addressOf } from "./read-filter";

/** The number of an entry, leading to it in the log that it is in. */
export function EntryLink(props: { seq: number; log: string | null; present: string }) {
  const locale = useLocale();
  const log = props.log === null || props.log === props.present ? "" : props.log;
  return (
    <Link
      href={addressOf("/audit", { log }, { entry: props.seq })}
      prefetch={false}
      className="underline decoration-line-2 underline-offset-4 hover:decoration-current"
    >
      {formatCount(props.seq, locale)}
    </Link>
  );
}
