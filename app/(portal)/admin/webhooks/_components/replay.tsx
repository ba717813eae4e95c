"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import type { replayDelivery } from "@/lib/api-client/operations/notifications";
import { shortDigest } from "@/lib/format";

const REPLAY = target<typeof replayDelivery>(
  "POST",
  "/confidential/admin/webhooks/{id}/deliveries/{delivery_id}/replay",
);

/** Sends a message again, as the same one. */
export function Replay({ id, delivery, message }: { id: string; delivery: string; message: string }) {
  const t = useTranslations("notify.log");
  const router = useRouter();
  const { isBusy, error, run } = useAct(REPLAY);
  const replay = async () => {
    if ((await run({ params: { id, delivery_id: delivery }, body: {} })) !== undefined) router.refresh();
  };
  return (
    <span className="py-1">
      <Button
        size="bar"
        look="quiet"
        isBusy={isBusy}
        aria-label={t("replayNamed", { message: shortDigest(message) })}
        onClick={() => void replay()}
      >
        {t("replay")}
      </Button>
      {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
    </span>
  );
}
