import { useLocale, useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { Section } from "@/components/ui/section";
import { Tag } from "@/components/ui/tag";
import type { ReceiptResult } from "@/lib/audit/bundle-verifier/report/report";
import { formatCount } from "@/lib/format";

type Look = { readonly tone: "accent" | "amber" | "oxblood"; readonly icon: IconName };

const LOOKS: Readonly<Record<ReceiptResult["is"], Look>> = {
  kept: { tone: "accent", icon: "check" },
  open: { tone: "amber", icon: "clock" },
  broken: { tone: "oxblood", icon: "stop" },
  unsigned: { tone: "oxblood", icon: "stop" },
  changed: { tone: "oxblood", icon: "stop" },
  foreign: { tone: "oxblood", icon: "stop" },
};

/** What the bundle says of each receipt: the words of the page, and below them those of the command line. */
export function ReceiptResults({ receipts }: { receipts: readonly ReceiptResult[] }) {
  const t = useTranslations("audit.verify.receipts");
  const locale = useLocale();
  return (
    <Section title={t("title")} count={receipts.length} level={3}>
      <ul className="grid gap-5 pt-3">
        {receipts.map(({ file, entryId, is, seq, detail }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same receipt may be given twice
          <li key={at} className="max-w-[760px]">
            <p className="flex flex-wrap items-center gap-3 text-body">
              <Tag {...LOOKS[is]}>{t(`names.${is}`)}</Tag>
              <span className="wrap-anywhere font-medium">{file ?? entryId}</span>
            </p>
            <p className="mt-1 text-body">
              {t(`texts.${is}`, {
                place: seq === undefined ? "nowhere" : "entry",
                seq: seq === undefined ? "" : formatCount(seq, locale),
              })}
            </p>
            <p lang="en" className="mt-1 break-words text-control text-ink-2">
              {detail}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
