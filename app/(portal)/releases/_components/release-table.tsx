import { useTranslations } from "next-intl";
import { EndTime } from "@/components/ui/begin-and-end";
import { ButtonLink } from "@/components/ui/button-link";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { ReleaseItem } from "@/lib/access/executive-release/schema";
import { orderName } from "@/lib/format";

const DAY_MS = 86_400_000;

/** The state of the release of a request, and until when its terms wait for a second signature. */
function Standing({ release }: Pick<ReleaseItem, "release">) {
  const t = useTranslations("release.standing");
  if (release === undefined) return t("none");
  if (release.state !== "open") return t(release.state);
  return (
    <>
      {t("open", { count: release.words })}
      <span className="block text-note text-ink-2">
        {t.rich("until", { time: () => <LocalTime instant={release.sign_until} form="minute" /> })}
      </span>
    </>
  );
}

/** Columns of the requests that were escalated to executives. */
export function useReleaseColumns({ nowMs }: { readonly nowMs: number }): Column<ReleaseItem>[] {
  const t = useTranslations("release");
  const kinds = useTranslations("domain.instruments");
  return [
    {
      key: "reference",
      head: t("columns.reference"),
      isTitle: true,
      className: "tablet:whitespace-nowrap",
      cell: ({ reference }) => reference,
    },
    {
      key: "authority",
      head: t("columns.authority"),
      cell: ({ authority }) =>
        authority === undefined ? t("noAuthority") : orderName(kinds(authority.kind), authority.case_number),
    },
    {
      key: "requester",
      head: t("columns.requester"),
      cell: ({ requester }) => (
        <>
          {requester.name}, <span className="text-ink-2">{requester.organisation}</span>
        </>
      ),
    },
    {
      key: "due",
      head: t("columns.due"),
      cell: ({ response_due_at: due }) =>
        due === undefined ? null : (
          <>
            <EndTime instant={due} form="day" look="bare" />
            <span className="block text-note text-oxblood">
              {t("late", { days: Math.max(0, Math.floor((nowMs - Date.parse(due)) / DAY_MS)) })}
            </span>
          </>
        ),
    },
    { key: "standing", head: t("columns.standing"), cell: ({ release }) => <Standing release={release} /> },
    {
      key: "act",
      head: t("columns.act"),
      isHeadHidden: true,
      cell: ({ id, reference, acts }) => (
        <ButtonLink href={`/requests/${id}`} size="bar" look={acts.length === 0 ? "quiet" : "secondary"}>
          {t(`acts.${acts[0] ?? "look"}`)}
          <span className="sr-only">: {reference}</span>
        </ButtonLink>
      ),
    },
  ];
}
