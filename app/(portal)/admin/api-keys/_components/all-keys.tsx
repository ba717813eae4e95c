"use client";

import { useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { revokeAnyApiKey } from "@/lib/api-client/operations/api-keys";
import type { ApiKeyView } from "@/lib/identity/api-keys/schema";

const REVOKE = target<typeof revokeAnyApiKey>("POST", "/confidential/admin/api-keys/{id}/revoke");

/** Ends the API key of another person, with the reason. */
export function EndKey({ item }: { item: ApiKeyView }) {
  const t = useTranslations("programs");
  const name = `${item.holder_name}, ${item.label}`;
  return (
    <ActRow
      acts={[
        act("end", {
          call: REVOKE,
          params: { id: item.id },
          label: t("acts.end"),
          named: t("acts.endNamed", { name }),
          button: { size: "bar", look: "quiet" },
          title: t("acts.endTitle"),
          text: t("acts.endText", { name }),
          fields: {
            reason: {
              kind: "reason",
              label: t("all.reason"),
              help: t("all.reasonHelp"),
              missing: t("all.reasonMissing"),
            },
          },
          body: ({ reason }) => ({ reason }),
          yes: t("acts.endYes"),
          danger: true,
          failed: t("acts.failed"),
        }),
      ]}
    />
  );
}
