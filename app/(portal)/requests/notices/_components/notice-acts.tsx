"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { NoticeView } from "@/lib/access/notices/schema";
import type { decideNotice } from "@/lib/api-client/operations/notices";

const DECIDE = target<typeof decideNotice>("POST", "/confidential/access/requests/{id}/notices");

/** Sends or withholds one notice. */
export function NoticeActs({ item }: { item: NoticeView }) {
  const t = useTranslations("notices.acts");
  const { request_id: id, participant, organisation } = item;
  const named = { participant: organisation };
  const send = act("send", {
    call: DECIDE,
    params: { id },
    label: t("send"),
    named: t("sendNamed", named),
    button: { size: "bar" },
    title: t("sendTitle", named),
    text: t("sendText"),
    body: () => ({ participant, act: "send" as const }),
    failed: t("failed"),
  });
  const withhold = act("withhold", {
    call: DECIDE,
    params: { id },
    label: t("withhold"),
    named: t("withholdNamed", named),
    button: { size: "bar", look: "quiet" },
    title: t("withholdTitle"),
    text: t("withholdText", named),
    fields: { reason: { kind: "reason", label: t("reason"), missing: t("reasonNeeded") } },
    body: ({ reason }) => ({ participant, act: "withhold" as const, reason }),
    failed: t("failed"),
  });
  const all = { send, withhold };
  return <ActRow acts={item.acts.map((one) => all[one])} />;
}
