"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { useApiKeyColumns } from "@/components/domain/api-key-columns";
import { Button } from "@/components/ui/button";
import { type Column, Table } from "@/components/ui/table";
import type { revokeAnyApiKey } from "@/lib/api-client/operations/api-keys";
import type { ApiKeyView } from "@/lib/identity/api-keys/schema";

const REVOKE = target<typeof revokeAnyApiKey>("POST", "/confidential/admin/api-keys/{id}/revoke");

function EndKey({ item }: { item: ApiKeyView }) {
  const t = useTranslations("programs");
  const router = useRouter();
  const act = useAct(REVOKE);
  const [isOpen, setOpen] = useState(false);
  const name = `${item.holder}, ${item.label}`;
  const end = async (reason: string) => {
    if ((await act.run({ params: { id: item.id }, body: { reason } })) === undefined) return;
    setOpen(false);
    router.refresh();
  };
  return (
    <span className="py-1">
      <Button size="bar" look="quiet" aria-label={t("acts.endNamed", { name })} onClick={() => setOpen(true)}>
        {t("acts.end")}
      </Button>
      {isOpen ? (
        <ReasonDialog
          title={t("acts.endTitle")}
          text={t("acts.endText", { name })}
          reason={{ label: t("all.reason"), help: t("all.reasonHelp"), missing: t("all.reasonMissing") }}
          yes={{ label: t("acts.endYes"), look: "danger" }}
          failed={t("acts.failed")}
          act={act}
          onAct={(reason) => void end(reason)}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </span>
  );
}

/** API keys of everybody in rows, newest first. */
export function AllKeys({ items }: { items: readonly ApiKeyView[] }) {
  const t = useTranslations("programs");
  const { name, may, used, state } = useApiKeyColumns();
  const holder: Column<ApiKeyView> = {
    key: "holder",
    head: t("columns.holder"),
    cell: (item) => item.holder,
  };
  const acts: Column<ApiKeyView> = {
    key: "acts",
    head: t("columns.acts"),
    cell: (item) => (item.state === "live" ? <EndKey item={item} /> : null),
  };
  return (
    <Table
      caption={t("all.list")}
      columns={[name, holder, may, used, state, acts]}
      rows={items}
      rowKey={({ id }) => id}
    />
  );
}
