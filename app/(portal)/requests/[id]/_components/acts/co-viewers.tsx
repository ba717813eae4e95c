import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { EndCoViewer } from "./end-co-viewer";

/** The co-viewers, for both sides. Removed ones stay visible. */
export function CoViewers({ request }: { request: RequestView }) {
  const t = useTranslations("review.coViewers");
  const { co_viewers: named } = request;
  if (named === undefined) return null;
  return (
    <Section title={t("title")} count={named.length}>
      <p className="mt-3 text-control text-ink-2">{t("text")}</p>
      <ul className="mt-2 text-control">
        {named.map(({ handle, name, ended_at: ended }) => (
          <li
            key={handle}
            className="flex min-h-touch flex-wrap items-center gap-x-4 border-line border-b py-1 tablet:min-h-bar"
          >
            <span className="min-w-0 grow break-words">
              {name} <span className="text-ink-2">{handle}</span>
            </span>
            {ended === undefined ? null : (
              <span className="text-ink-2">
                {t.rich("ended", { time: () => <LocalTime instant={ended} form="minute" /> })}
              </span>
            )}
            {ended === undefined && request.may_end_co_viewers === true ? (
              <EndCoViewer requestId={request.id} reference={request.reference} person={{ handle, name }} />
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}
