"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import type { dismissQuarantined } from "@/lib/api-client/operations/quarantine";
import type { QuarantinedEntry } from "@/lib/audit/reading/quarantine-schema";
import { shortDigest } from "@/lib/format";

const DISMISS = target<typeof dismissQuarantined>("POST", "/confidential/audit/quarantine/{id}/dismissals");

/** Dismisses a quarantined entry with a reason. */
export function QuarantineActs({ item }: { item: QuarantinedEntry }) {
  const t = useTranslations("keeping.quarantine.acts");
  const router = useRouter();
  const act = useAct(DISMISS);
  const [isOpen, setOpen] = useState(false);
  if (!item.may_dismiss) return <span className="text-ink-3">{t("none")}</span>;
  const dismiss = async (reason: string) => {
    const answer = await act.run({ params: { id: item.entry_id }, body: { reason } });
    if (answer === undefined) return;
    setOpen(false);
    router.refresh();
  };
  return (
    <>
      <Button
        size="bar"
        aria-label={t("dismissNamed", { row: shortDigest(item.entry_id) })}
        onClick={() => setOpen(true)}
      >
        {t("dismiss")}
      </Button>
      {isOpen ? (
        <ReasonDialog
          title={t("title")}
          text={t("text")}
          reason={{ label: t("reason"), help: t("reasonHelp"), missing: t("reasonNeeded") }}
          yes={{ label: t("dismiss"), look: "primary" }}
          failed={t("failed")}
          act={act}
          onAct={(reason) => void dismiss(reason)}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
