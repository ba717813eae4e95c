import { useTranslations } from "next-intl";
import { GrantState } from "@/app/(portal)/grants/_components/grant-state";
import { useBasisColumn } from "@/components/domain/grant-basis";
import { isMaskedOnly, openingCallOf } from "@/components/opening/opening-call";
import { OpenGrantButton } from "@/components/opening/opening-host";
import { EndTime } from "@/components/ui/begin-and-end";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { GrantView } from "@/lib/access/grants/schema";
import { isReviewer } from "@/lib/access/rules/action-rules";
import type { Principal } from "@/lib/context/principal";

const DAY_MS = 86_400_000;

interface Seen {
  readonly nowMs: number;
  readonly principal: Pick<Principal, "role" | "duties" | "handle" | "name">;
}

/** Columns of a list of grants. Readers who see more than their own also see the holder. */
export function useGrantColumns({ nowMs, principal }: Seen): Column<GrantView>[] {
  const t = useTranslations("grants.table");
  const basis = useBasisColumn<GrantView>();
  const holder: Column<GrantView>[] = isReviewer(principal)
    ? [{ key: "holder", head: t("holder"), isNamed: true, cell: (grant) => grant.holder_name }]
    : [];
  return [
    { key: "reference", head: t("reference"), isTitle: true, cell: (grant) => grant.reference },
    ...holder,
    basis,
    {
      key: "opened",
      head: t("opened"),
      isNumber: true,
      cell: (grant) => t("of", { n: grant.opened, all: grant.transactions.length }),
    },
    {
      key: "views",
      head: t("viewsLeft"),
      isNumber: true,
      cell: (grant) => t("of", { n: grant.views_left, all: grant.max_views }),
    },
    {
      key: "ends",
      head: t("ends"),
      cell: (grant) => {
        const left = Date.parse(grant.not_after) - nowMs;
        const isShort = grant.state === "active" && left > 0 && left < DAY_MS;
        return (
          <span className={isShort ? "text-amber" : ""}>
            {grant.revoked_at === undefined ? (
              <EndTime instant={grant.not_after} />
            ) : (
              <LocalTime instant={grant.revoked_at} form="minute" />
            )}
          </span>
        );
      },
    },
    { key: "state", head: t("state"), cell: (grant) => <GrantState grant={grant} nowMs={nowMs} /> },
    {
      key: "open",
      head: t("open"),
      isHeadHidden: true,
      isTool: true,
      className: "tablet:w-[92px]",
      cell: (grant) =>
        grant.holder === principal.handle && grant.state === "active" && grant.level !== "metadata" ? (
          <OpenGrantButton
            request={{ grantId: grant.id, via: openingCallOf(principal.role), personName: principal.name }}
            look="secondary"
            size="bar"
            className="tablet:my-1"
          >
            {t(isMaskedOnly(grant) ? "viewMasked" : "open")}
            <span className="sr-only"> {grant.reference}</span>
          </OpenGrantButton>
        ) : null,
    },
  ];
}
