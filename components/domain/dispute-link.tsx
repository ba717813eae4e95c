import { useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button-link";

/** From a disputed transaction to its dispute, for those who may know of it. */
export function DisputeLink({ transactionId }: { transactionId: string }) {
  const t = useTranslations("domain.openDispute");
  return (
    <ButtonLink href={`/disputes?transaction_id=${transactionId}`} look="secondary">
      {t("see")}
    </ButtonLink>
  );
}
