"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { AlertAddress } from "@/lib/alerts/delivery/schema";
import type { removeAlertAddress, testAlertAddress } from "@/lib/api-client/operations/alerts";

const TEST = target<typeof testAlertAddress>("POST", "/confidential/alert-addresses/{id}/test");
const REMOVE = target<typeof removeAlertAddress>("POST", "/confidential/alert-addresses/{id}/remove");

/** Tests an address, and removes it. */
export function AddressActs({ item }: { item: AlertAddress }) {
  const t = useTranslations("alertsPage.addresses.acts");
  const { id, address } = item;
  const test = act("test", {
    call: TEST,
    params: { id },
    label: t("test"),
    named: t("testNamed", { address }),
    button: { size: "bar" },
    failed: t("failed"),
  });
  const remove = act("remove", {
    call: REMOVE,
    params: { id },
    label: t("remove"),
    named: t("removeNamed", { address }),
    button: { size: "bar", look: "quiet" },
    title: t("removeTitle"),
    text: t("removeText"),
    yes: t("remove"),
    danger: true,
    failed: t("failed"),
  });
  return <ActRow acts={item.state === "active" ? [test, remove] : []} none={t("none")} />;
}
