"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { Facts } from "@/components/ui/facts";
import type { agreeToErasure, refuseErasure } from "@/lib/api-client/operations/erasures";
import type { Erasure } from "@/lib/audit/retention/erasure/schema";

const AGREE = target<typeof agreeToErasure>("POST", "/confidential/audit/erasures/{id}/agreements");
const REFUSE = target<typeof refuseErasure>("POST", "/confidential/audit/erasures/{id}/refusals");

function Asked({ item, text }: { item: Erasure; text: string }) {
  const t = useTranslations("keeping.erasures.columns");
  return (
    <>
      <p className="mb-4">{text}</p>
      <Facts
        look="aligned"
        facts={[
          { name: t("person"), value: item.subject },
          { name: t("asked"), value: item.asked_by },
          { name: t("reason"), value: item.reason },
        ]}
      />
    </>
  );
}

/** Agrees to an erasure as the second person, refuses it, or withdraws the reader's own. */
export function ErasureActs({ item }: { item: Erasure }) {
  const t = useTranslations("keeping.erasures.acts");
  const params = { id: item.id };
  const person = { person: item.subject };
  const end = item.is_own ? "withdraw" : "refuse";
  const agree = act("agree", {
    call: AGREE,
    params,
    label: t("agree"),
    named: t("agreeNamed", person),
    button: { size: "bar", look: "secondary" },
    title: t("agreeTitle"),
    text: <Asked item={item} text={t("agreeText", person)} />,
    yes: t("agreeYes"),
    danger: true,
    failed: t("failed"),
  });
  const refuse = act("refuse", {
    call: REFUSE,
    params,
    label: t(end),
    named: t(`${end}Named`, person),
    button: { size: "bar", look: "quiet" },
    title: t("refuseTitle"),
    text: <Asked item={item} text={t("refuseText")} />,
    yes: t("refuseYes"),
    failed: t("failed"),
  });
  const isOpen = item.state === "asked" || item.state === "agreed";
  const waits = item.state === "asked" && !item.may_agree ? t(item.is_own ? "other" : "about") : undefined;
  return (
    <ActRow
      acts={isOpen ? [...(item.may_agree ? [agree] : []), refuse] : []}
      none={t("ended")}
      note={waits}
    />
  );
}
