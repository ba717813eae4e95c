"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import type { EmergencyView } from "@/lib/access/break-glass/schema";
import type { revokeGrant } from "@/lib/api-client/operations/grants";

const revoke = target<typeof revokeGrant>("POST", "/confidential/access/grants/{id}/revoke");

/** Ends a use before its hour is over: its holder, or a reviewer. */
export function EndUse({
  use,
  isOwn,
}: {
  use: Pick<EmergencyView, "grant_id" | "reference" | "holder">;
  isOwn: boolean;
}) {
  const t = useTranslations("breakGlass.end");
  const router = useRouter();
  const act = useAct(revoke);
  const [isOpen, setOpen] = useState(false);
  const end = async (reason: string) => {
    if ((await act.run({ params: { id: use.grant_id }, body: { reason } })) === undefined) return;
    setOpen(false);
    router.refresh();
  };
  return (
    <>
      <Button look={isOwn ? "secondary" : "danger"} onClick={() => setOpen(true)}>
        {t("act")}
      </Button>
      {isOpen ? (
        <ReasonDialog
          title={t("title", { reference: use.reference })}
          text={isOwn ? t("textOwn") : t("text", { name: use.holder.name })}
          reason={{ label: t("reason"), missing: t("reasonMissing") }}
          yes={{ label: t("yes"), look: "danger" }}
          failed={t("failed")}
          act={act}
          onAct={(reason) => void end(reason)}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
