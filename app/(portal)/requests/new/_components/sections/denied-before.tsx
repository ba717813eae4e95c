import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/states";
import type { RequestView } from "@/lib/access/requests/answer-schema";

/** Why the request that a new one is begun from was denied: what to add there. Drawn by the server alone. */
export function DeniedBefore({ request }: { request: Pick<RequestView, "reference" | "decisions"> }) {
  const t = useTranslations("requests.new.again");
  const denial = request.decisions.find(({ decision }) => decision === "deny");
  if (denial === undefined) return null;
  const { reference } = request;
  const { name } = denial.approver;
  return (
    <Notice tone="amber" icon="warning" title={t("title", { reference, name })} className="mb-4">
      <p className="whitespace-pre-wrap break-words">{t("text", { reason: denial.comment })}</p>
    </Notice>
  );
}
