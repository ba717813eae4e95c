"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { replayDelivery } from "@/lib/api-client/operations/notifications";
import { shortDigest } from "@/lib/format";

const REPLAY = target<typeof replayDelivery>(
  "POST",
  "/confidential/admin/webhooks/{id}/deliveries/{delivery_id}/replay",
);

/** Sends a message again, as the same one. */
export function Replay({ id, delivery, message }: { id: string; delivery: string; message: string }) {
  const t = useTranslations("notify.log");
  return (
    <span className="py-1">
      <ActButton
        call={REPLAY}
        params={{ id, delivery_id: delivery }}
        label={t("replay")}
        named={t("replayNamed", { message: shortDigest(message) })}
        button={{ size: "bar", look: "quiet" }}
        failed={t("failed")}
      />
    </span>
  );
}
