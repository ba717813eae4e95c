"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { WorkKind } from "@/lib/administration/background/schema";
import type { retryBackgroundWork } from "@/lib/api-client/operations/background";
import { shortDigest } from "@/lib/format";

const RETRY = target<typeof retryBackgroundWork>("POST", "/confidential/admin/background/retry");

/** Queues work again that used all its attempts. */
export function RetryWork({ kind, id }: { readonly kind: WorkKind; readonly id: string }) {
  const t = useTranslations("administration.background.dead");
  return (
    <span className="py-1">
      <ActButton
        call={RETRY}
        body={() => ({ kind, id })}
        label={t("retry")}
        named={t("retryNamed", { id: shortDigest(id) })}
        button={{ size: "bar", look: "quiet" }}
        failed={t("failed")}
      />
    </span>
  );
}
