import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { Notice } from "@/components/ui/states";
import { Views } from "@/components/ui/views";
import type { ReadLog } from "@/lib/audit/reading/of-log";
import { formatCount } from "@/lib/format";
import { addressOf } from "../filter/read-filter";

/** Says that the log is closed, where it ends and which log follows it. */
function ClosedNote({ logs, signed }: { logs: ReadLog; signed: number }) {
  const t = useTranslations("audit.logs");
  const locale = useLocale();
  const { follower, present } = logs;
  if (follower === undefined) return null;
  const first = addressOf("/audit", { log: follower === present ? "" : follower }, { entry: 0 });
  return (
    <Notice tone="amber" icon="stop" title={t("closedTitle")} className="mb-4">
      <p>
        {t("closedText", { size: formatCount(signed, locale) })}{" "}
        <span className="print:hidden">
          {t.rich("firstEntry", {
            way: (words) => (
              <Link href={first} prefetch={false} className="underline underline-offset-4">
                {words}
              </Link>
            ),
          })}
        </span>
      </p>
      <p className="mt-1 break-words">{t("recorded", { log: present })}</p>
    </Notice>
  );
}

/**
 * Which log is read, where there is more than one: the present one and those that were closed, newest first. `href`
 * gives the page's address for a log, the empty origin for the present one.
 */
export function LogChoice(props: { logs: ReadLog; signed: number; href: (log: string) => string }) {
  const t = useTranslations("audit.logs");
  const { logs, href } = props;
  if (logs.closed.length === 0) return null;
  const closed = logs.closed.toReversed().map((origin) => ({
    key: origin,
    label: t("closed", { log: origin }),
    href: href(origin),
  }));
  return (
    <>
      <div className="print:hidden">
        <Views
          label={t("label")}
          views={[{ key: "", label: t("present"), href: href("") }, ...closed]}
          current={logs.log ?? ""}
          isLong
        />
      </div>
      <ClosedNote logs={logs} signed={props.signed} />
    </>
  );
}
