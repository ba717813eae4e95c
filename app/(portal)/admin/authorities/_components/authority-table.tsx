import { useLocale, useTranslations } from "next-intl";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { AuthorityView } from "@/lib/authorities/schema";
import { regionName } from "@/lib/format";
import { AuthorityActs } from "./authority-acts";

/** State of a registration, and who did what, in one cell. */
function Standing({ item }: { item: AuthorityView }) {
  const t = useTranslations("authority");
  const { state, is_in_force: isInForce, in_force_from: from } = item;
  const waits = state === "confirmed" && !isInForce && from !== undefined && new Date(from) > new Date();
  return (
    <div className="grid gap-1 py-1">
      <span className={isInForce ? "text-accent" : "text-ink-2"}>
        {isInForce ? t("states.inForce") : t(`states.${state}`)}
      </span>
      {waits ? (
        <span className="text-note">
          {t("inForceFrom")} <LocalTime instant={from} form="minute" />
        </span>
      ) : null}
      <span className="text-ink-2 text-note">{t("registeredBy", { name: item.proposed_by })}</span>
      {item.confirmed_by === undefined ? null : (
        <span className="text-ink-2 text-note">{t("confirmedBy", { name: item.confirmed_by })}</span>
      )}
      {item.ended_by === undefined ? null : (
        <span className="text-ink-2 text-note">
          {t("endedBy", { name: item.ended_by, reason: item.end_reason ?? "" })}
        </span>
      )}
    </div>
  );
}

/** What is registered: a key by its id, a certificate by the name in it, with the lists that are known under it. */
function Material({ item }: { item: AuthorityView }) {
  const t = useTranslations("authority");
  const { kid, subject, crls } = item;
  return (
    <div className="grid gap-1 py-1">
      <span className="break-words">{kid ?? subject}</span>
      {crls?.length === 0 ? <span className="text-amber text-note">{t("noList")}</span> : null}
      {crls?.map((list) => (
        <span key={list.sha256} className={list.is_current ? "text-ink-2 text-note" : "text-amber text-note"}>
          {t(list.is_current ? "listOf" : "listOver", { issuer: list.issuer })}{" "}
          <LocalTime instant={list.next_update ?? list.this_update} form="minute" />
        </span>
      ))}
    </div>
  );
}

/** Columns of the list of registered keys and trust anchors. */
export function useAuthorityColumns(): Column<AuthorityView>[] {
  const t = useTranslations("authority");
  const locale = useLocale();
  return [
    {
      key: "issuer",
      head: t("columns.issuer"),
      isTitle: true,
      cell: ({ issuer, jurisdiction }) => `${issuer}, ${regionName(jurisdiction, locale)}`,
    },
    { key: "kid", head: t("columns.kid"), cell: (item) => <Material item={item} /> },
    { key: "digest", head: t("columns.digest"), cell: ({ digest }) => <Digest value={digest} /> },
    {
      key: "valid",
      head: t("columns.valid"),
      cell: ({ valid_from: from, valid_until: until }) => (
        <>
          <StartTime instant={from} form="day" /> – <EndTime instant={until} form="day" look="bare" />
        </>
      ),
    },
    { key: "state", head: t("columns.state"), cell: (item) => <Standing item={item} /> },
    { key: "acts", head: t("columns.acts"), cell: (item) => <AuthorityActs item={item} /> },
  ];
}
