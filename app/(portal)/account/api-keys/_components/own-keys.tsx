"use client";

import { useTranslations } from "next-intl";
import { useApiKeyColumns } from "@/components/domain/api-key-columns";
import { Table } from "@/components/ui/table";
import type { ApiKeyView } from "@/lib/identity/api-keys/schema";
import { KeyActs } from "./key-acts";

/** The person's API keys in rows, newest first. */
export function OwnKeys({ items }: { items: readonly ApiKeyView[] }) {
  const t = useTranslations("programs");
  const { name, may, used, state } = useApiKeyColumns();
  const acts = {
    key: "acts",
    head: t("columns.acts"),
    cell: (item: ApiKeyView) => (item.state === "live" ? <KeyActs item={item} /> : null),
  };
  return (
    <Table
      caption={t("list")}
      columns={[name, may, used, state, acts]}
      rows={items}
      rowKey={({ id }) => id}
    />
  );
}
