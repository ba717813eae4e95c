import { useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/states";
import { addressOf, isFiltered, type ListAddress } from "./list-address";

/** A view without rows: what would stand here, and the next step. */
export function EmptyList(props: { address: ListAddress; isReviewer: boolean; isStaff: boolean }) {
  const { address, isReviewer } = props;
  const t = useTranslations("requests.list");
  if (isFiltered(address))
    return (
      <EmptyState title={t("empty.filteredTitle")} text={t("empty.filteredText")}>
        <ButtonLink href={addressOf({ view: address.view })} look="secondary">
          {t("filter.clear")}
        </ButtonLink>
      </EmptyState>
    );
  if (address.view === "waiting")
    return (
      <EmptyState
        title={t("empty.waitingTitle")}
        text={t(isReviewer ? "empty.waitingTextReviewer" : "empty.waitingTextOfficer")}
      />
    );
  if (address.view === "decided")
    return <EmptyState title={t("empty.decidedTitle")} text={t("empty.decidedText")} />;
  if (address.view === "all") return <EmptyState title={t("empty.allTitle")} text={t("empty.allText")} />;
  return (
    <EmptyState title={t("empty.mineTitle")} text={t(props.isStaff ? "empty.supportText" : "empty.mineText")}>
      <ButtonLink href="/requests/new" look="primary" icon="plus">
        {t("new")}
      </ButtonLink>
    </EmptyState>
  );
}
