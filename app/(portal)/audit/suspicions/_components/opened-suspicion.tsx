import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { DrawerHeading } from "@/app/(portal)/audit/_components/entry/drawer-heading";
import { eventSentenceOf } from "@/app/(portal)/audit/_components/entry/event-sentence";
import type { LoadedEntry } from "@/app/(portal)/audit/_components/entry/load-entry";
import { Actor, SubjectName } from "@/app/(portal)/audit/_components/entry/names";
import { addressOf } from "@/app/(portal)/audit/_components/filter/read-filter";
import { ButtonLink } from "@/components/ui/button-link";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { formatCount } from "@/lib/format";

function noteOf(loaded: LoadedEntry): string | undefined {
  if (!loaded.ok) return undefined;
  const note = loaded.detail.parts.find(({ kind }) => kind === "suspicion")?.plaintext.note;
  return typeof note === "string" ? note : undefined;
}

/** What one suspicion says. That it was read is an entry, for the compliance duty alone. */
export function OpenedSuspicion(props: {
  seq: number;
  /** Origin of the closed log it is in; empty for the present one. */
  log: string;
  loaded: LoadedEntry;
  closeHref: string;
}) {
  const t = useTranslations("keeping.suspicions");
  const locale = useLocale();
  const { loaded, seq } = props;
  const note = noteOf(loaded);
  const happening = loaded.ok && note !== undefined ? eventSentenceOf(loaded.detail) : undefined;
  return (
    <div className="facts:sticky facts:top-6">
      <div className="mb-3 flex items-center justify-between gap-2">
        <DrawerHeading entry={seq}>{t("opened.title")}</DrawerHeading>
        <Link
          href={props.closeHref}
          prefetch={false}
          scroll={false}
          aria-label={t("opened.close")}
          title={t("opened.close")}
          className="inline-flex size-11 items-center justify-center rounded-control text-ink-2 hover:text-ink tablet:size-8"
        >
          <Icon name="cross" />
        </Link>
      </div>
      {happening === undefined || !loaded.ok ? (
        <p className="text-body">{t("opened.gone")}</p>
      ) : (
        <>
          <p className="mb-4 whitespace-pre-wrap break-words text-lead">{note}</p>
          <Facts
            look="aligned"
            facts={[
              {
                name: t("opened.by"),
                value: <Actor actor={happening.actor} name={happening.actorName} />,
              },
              { name: t("opened.at"), value: <LocalTime instant={happening.at} /> },
              ...(happening.subject === undefined
                ? []
                : [
                    {
                      name: t("opened.transaction"),
                      value: <SubjectName subject={happening.subject} isLabelled />,
                    },
                  ]),
              {
                name: t("opened.entry", { seq: formatCount(seq, locale) }),
                value: <Digest value={loaded.detail.entry_id} />,
              },
            ]}
          />
          <p className="mt-3 mb-4 text-control text-ink-2">{t("opened.lasting")}</p>
          <ButtonLink
            href={addressOf("/audit", { log: props.log }, { entry: seq })}
            look="secondary"
            size="bar"
            icon="log"
          >
            {t("opened.toEntry")}
          </ButtonLink>
        </>
      )}
    </div>
  );
}
