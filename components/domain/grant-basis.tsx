import { useTranslations } from "next-intl";
import type { Column } from "@/components/ui/table";
import type { GrantView } from "@/lib/access/grants/schema";
import { orderName } from "@/lib/format";

/** What a list shows of what a grant rests on. */
type Basis = Pick<GrantView, "authority" | "dispute_id" | "break_glass_id">;

/**
 * Returns the column with what a grant rests on: its order with kind and case number, emergency access or a party's
 * dispute. A request of the operator's own people has no order.
 */
export function useBasisColumn<Row extends Basis>(): Column<Row> {
  const t = useTranslations("grants.table");
  const kinds = useTranslations("domain.instruments");
  return {
    key: "authority",
    head: t("authority"),
    cell: ({ authority, dispute_id: dispute, break_glass_id: emergency }) => {
      if (authority !== undefined) return orderName(kinds(authority.kind), authority.case_number);
      if (emergency !== undefined) return t("breakGlass");
      return t(dispute === undefined ? "none" : "dispute");
    },
  };
}
