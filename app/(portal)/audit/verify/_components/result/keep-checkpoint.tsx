import { useLocale, useTranslations } from "next-intl";
import { saveAnswer } from "@/components/client/save-answer";
import { Button } from "@/components/ui/button";
import type { Keeping } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";
import { formatCount } from "@/lib/format";

/** Offers the policy file with the verified checkpoint in it; it was made in this browser, and nothing is sent. */
export function KeepCheckpoint({ name, outcome }: { name: string; outcome: Keeping }) {
  const t = useTranslations("audit.verify.keep");
  const locale = useLocale();
  if (outcome.is === "refused") return null;
  const size = formatCount(outcome.size, locale);
  if (outcome.is === "had") return <p className="mb-6 text-body text-ink-2">{t("had", { size })}</p>;
  return (
    <div className="mb-6 max-w-[680px] print:hidden">
      <p className="mb-2 text-body">{t("text", { size })}</p>
      <Button icon="download" onClick={() => saveAnswer(new Response(outcome.text), name)}>
        {t("download", { name })}
      </Button>
    </div>
  );
}
