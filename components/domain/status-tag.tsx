import { useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { TransactionStatus } from "@/lib/transactions/schema";

const LOOKS: Readonly<Record<TransactionStatus, readonly [Tone, IconName]>> = {
  created: ["plain", "plus"],
  processing: ["amber", "clock"],
  completed: ["accent", "tick"],
  settled: ["accent", "check"],
  failed: ["oxblood", "stop"],
  disputed: ["amber", "comment"],
};

/** A transaction's state as icon and word. */
export function StatusTag({ status }: { status: TransactionStatus }) {
  const t = useTranslations("transactions.status");
  const [tone, icon] = LOOKS[status];
  return (
    <Tag tone={tone} icon={icon}>
      {t(status)}
    </Tag>
  );
}
