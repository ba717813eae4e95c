"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { SecretOnce } from "@/components/domain/secret-once";
import type {
  disableWebhook,
  rotateWebhookSecret,
  testWebhook,
} from "@/lib/api-client/operations/notifications";
import type { Webhook } from "@/lib/notify/schema";

const ROTATE = target<typeof rotateWebhookSecret>("POST", "/confidential/admin/webhooks/{id}/rotate");
const TEST = target<typeof testWebhook>("POST", "/confidential/admin/webhooks/{id}/test");
const DISABLE = target<typeof disableWebhook>("POST", "/confidential/admin/webhooks/{id}/disable");

/** A test event and a new secret for the person's own webhook, and its end. Administrators can end any webhook. */
export function WebhookActs({ item }: { item: Webhook }) {
  const t = useTranslations("notify.hooks");
  const { id, name } = item;
  if (item.state === "disabled") return <ActRow acts={[]} none={t("states.disabled")} />;
  const rotate = act("rotate", {
    call: ROTATE,
    params: { id },
    label: t("acts.rotate"),
    named: t("acts.rotateNamed", { name }),
    button: { size: "bar" },
    title: t("acts.rotateTitle"),
    text: t("acts.rotateText"),
    yes: t("acts.rotateYes"),
    failed: t("acts.failed"),
    done: ({ secret }, close) => <SecretOnce words="notify.hooks.secret" secret={secret} onDone={close} />,
  });
  const test = act("test", {
    call: TEST,
    params: { id },
    label: t("acts.test"),
    named: t("acts.testNamed", { name }),
    button: { size: "bar" },
    failed: t("acts.testFailed"),
    leadsTo: () => `/admin/webhooks/${id}`,
  });
  const disable = act("disable", {
    call: DISABLE,
    params: { id },
    label: t("acts.disable"),
    named: t("acts.disableNamed", { name }),
    button: { size: "bar", look: "quiet" },
    title: t("acts.disableTitle"),
    text: t("acts.disableText"),
    yes: t("acts.disableYes"),
    danger: true,
    failed: t("acts.failed"),
  });
  return <ActRow acts={item.is_own ? [test, rotate, disable] : [disable]} />;
}
