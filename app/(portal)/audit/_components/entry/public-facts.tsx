import { useLocale, useTranslations } from "next-intl";
import type { EventDetail } from "@/lib/audit/schema";
import { formatCount } from "@/lib/format";
import { publicPartOf } from "./public-part";

/** Shows the public part of an entry whose organisation part the reader may not read. */
export function PublicFacts({ detail }: { detail: EventDetail }) {
  const t = useTranslations("audit.drawer");
  const locale = useLocale();
  const said = publicPartOf(detail);
  const number = (seq: number) => formatCount(seq, locale);
  switch (said.is) {
    case "follows":
      return (
        <>
          {t.rich("follows", {
            // The name is on one line where it fits there.
            log: () => <span className="inline-block max-w-full break-words align-top">{said.origin}</span>,
          })}{" "}
          {said.from < said.to
            ? t("lost", { from: number(said.from), to: number(said.to - 1) })
            : t("nothingLost")}
        </>
      );
    case "restored":
      return <>{t("restored", { from: number(said.from), to: number(said.to - 1), count: said.lost })}</>;
    case "open":
      return <>{t("open")}</>;
    case "sealed":
      return <>{t("unreadable")}</>;
  }
}
