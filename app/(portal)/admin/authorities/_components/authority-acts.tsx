"use client";

import { useTranslations } from "next-intl";
import { ActRow, act, type RowAct } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import type {
  confirmAuthority,
  revokeAuthority,
  withdrawAuthority,
} from "@/lib/api-client/operations/authorities";
import type { AuthorityView } from "@/lib/authorities/schema";
import { AddList } from "./add-list";

const CONFIRM = target<typeof confirmAuthority>("POST", "/confidential/admin/authorities/{id}/confirmations");
const WITHDRAW = target<typeof withdrawAuthority>("POST", "/confidential/admin/authorities/{id}/withdrawals");
const REVOKE = target<typeof revokeAuthority>("POST", "/confidential/admin/authorities/{id}/revocations");

/** Confirms, withdraws or revokes a registration, or adds a revocation list, as far as the person may. */
export function AuthorityActs({ item }: { item: AuthorityView }) {
  const t = useTranslations("authority.acts");
  const { id, issuer } = item;
  const what = item.kid ?? item.subject ?? "";
  const common = (one: "confirm" | "withdraw" | "revoke") => ({
    params: { id },
    label: t(`${one}.act`),
    named: t(`${one}.named`, { issuer, what }),
    title: t(`${one}.title`, { issuer }),
    text: t(`${one}.text`),
    yes: t(`${one}.yes`),
    failed: t(`${one}.failed`),
  });
  const reasonOf = (one: "withdraw" | "revoke") => ({
    reason: { kind: "reason" as const, label: t(`${one}.input`), missing: t(`${one}.needed`) },
  });
  const quiet = { size: "bar", look: "quiet" } as const;
  const all: Readonly<Record<AuthorityView["acts"][number], RowAct>> = {
    confirm: act("confirm", {
      ...common("confirm"),
      call: CONFIRM,
      button: { size: "bar" },
      fields: {
        digest: { kind: "line", isCode: true, label: t("confirm.input"), missing: t("confirm.needed") },
      },
      body: ({ digest }) => ({ digest }),
    }),
    withdraw: act("withdraw", {
      ...common("withdraw"),
      call: WITHDRAW,
      button: quiet,
      fields: reasonOf("withdraw"),
      body: ({ reason }) => ({ reason }),
      danger: true,
    }),
    revoke: act("revoke", {
      ...common("revoke"),
      call: REVOKE,
      button: quiet,
      fields: reasonOf("revoke"),
      body: ({ reason }) => ({ reason }),
      danger: true,
    }),
    list: {
      key: "list",
      button: (open) => (
        <Button
          key="list"
          size="bar"
          aria-label={t("list.named", { issuer, what })}
          onClick={() => open((onClose) => <AddList item={item} onClose={onClose} />)}
        >
          {t("list.act")}
        </Button>
      ),
    },
  };
  return <ActRow acts={item.acts.map((one) => all[one])} />;
}
