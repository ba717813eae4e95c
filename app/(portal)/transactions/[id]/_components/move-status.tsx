"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { setTransactionStatus } from "@/lib/api-client/operations/transactions";
import type { TransactionStatus } from "@/lib/transactions/schema";

const SET = target<typeof setTransactionStatus>("POST", "/confidential/transactions/{id}/status");

/** The next states that a party or an approving coordinator can move the transaction to. */
export function MoveStatus({
  transactionId,
  to,
}: {
  transactionId: string;
  to: readonly TransactionStatus[];
}) {
  const t = useTranslations("transactions.move");
  const words = useTranslations("transactions.status");
  if (to.length === 0) return null;
  const acts = to.map((status) => {
    const state = words(status);
    return act(status, {
      call: SET,
      params: { id: transactionId },
      label: t("to", { state }),
      button: { size: "bar" },
      title: t("title", { state }),
      text: t("text"),
      fields: {
        reason: {
          kind: "reason",
          label: t("reason"),
          help: t("reasonHelp"),
          isOptional: true,
          maxLength: 2_000,
        },
      },
      body: ({ reason }) => ({ status, ...(reason === "" ? {} : { reason }) }),
      yes: t("yes", { state }),
      danger: status === "failed",
    });
  });
  return (
    <div className="mt-3 flex flex-wrap gap-2 print:hidden">
      <Acts acts={acts} />
    </div>
  );
}
