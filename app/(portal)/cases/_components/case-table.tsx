import { useTranslations } from "next-intl";
import { EndTime } from "@/components/ui/begin-and-end";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { CaseState, CaseSummary } from "@/lib/access/cases/schema";
import type { Principal } from "@/lib/context/principal";

const LOOKS = {
  in_force: { tone: "accent", icon: "grant" },
  deciding: { tone: "plain", icon: "clock" },
  draft: { tone: "plain", icon: "pencil" },
  closed: { tone: "plain", icon: "check" },
} as const satisfies Record<CaseState, object>;

/** State of a case as icon and word. */
function CaseStateTag({ state }: { state: CaseState }) {
  const t = useTranslations("cases.states");
  return <Tag {...LOOKS[state]}>{t(state)}</Tag>;
}

/** Columns of the list of cases. Staff also see the agency. */
export function useCaseColumns({ principal }: { principal: Pick<Principal, "role"> }): Column<CaseSummary>[] {
  const t = useTranslations("cases.table");
  const kinds = useTranslations("domain.instruments");
  const agency: Column<CaseSummary>[] =
    principal.role === "coordinator"
      ? [{ key: "agency", head: t("agency"), cell: (row) => row.agency.name }]
      : [];
  return [
    {
      key: "number",
      head: t("number"),
      isTitle: true,
      className: "tablet:whitespace-nowrap",
      cell: (row) => row.case_number,
    },
    { key: "order", head: t("order"), cell: (row) => `${kinds(row.kind)}, ${row.issuer}` },
    ...agency,
    { key: "requests", head: t("requests"), isNumber: true, cell: (row) => row.requests_count },
    {
      key: "access",
      head: t("access"),
      cell: ({ access_until: until }) =>
        until === undefined ? <span className="text-ink-2">{t("none")}</span> : <EndTime instant={until} />,
    },
    { key: "state", head: t("state"), cell: (row) => <CaseStateTag state={row.state} /> },
    {
      key: "updated",
      head: t("updated"),
      cell: (row) => <LocalTime instant={row.updated_at} form="day" />,
    },
  ];
}
