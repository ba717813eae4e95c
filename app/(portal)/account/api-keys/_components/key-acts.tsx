"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { SecretOnce } from "@/components/domain/secret-once";
import type { revokeApiKey, rotateApiKey } from "@/lib/api-client/operations/api-keys";
import type { ApiKeyView } from "@/lib/identity/api-keys/schema";

const ROTATE = target<typeof rotateApiKey>("POST", "/confidential/account/api-keys/{id}/rotate");
const REVOKE = target<typeof revokeApiKey>("POST", "/confidential/account/api-keys/{id}/revoke");
/** Hours that the old key still works. */
const OVERLAPS = ["0", "1", "24", "168"] as const;

/** Replaces an API key of the person with a new one, or ends it. */
export function KeyActs({ item }: { item: ApiKeyView }) {
  const t = useTranslations("programs.acts");
  const name = item.label;
  return (
    <ActRow
      acts={[
        act("rotate", {
          call: ROTATE,
          params: { id: item.id },
          label: t("rotate"),
          named: t("rotateNamed", { name }),
          button: { size: "bar" },
          title: t("rotateTitle"),
          text: t("rotateText", { name }),
          fields: {
            overlap_hours: {
              kind: "menu",
              label: t("overlap"),
              initial: "24",
              options: OVERLAPS.map((value) => ({ value, label: t(`overlaps.${value}`) })),
            },
          },
          body: ({ overlap_hours: hours }) => ({ overlap_hours: Number(hours) }),
          yes: t("rotateYes"),
          failed: t("failed"),
          done: ({ key }, close) => <SecretOnce words="programs.secret" secret={key} onDone={close} />,
        }),
        act("end", {
          call: REVOKE,
          params: { id: item.id },
          label: t("end"),
          named: t("endNamed", { name }),
          button: { size: "bar", look: "quiet" },
          title: t("endTitle"),
          text: t("endText", { name }),
          yes: t("endYes"),
          danger: true,
          failed: t("failed"),
        }),
      ]}
    />
  );
}
