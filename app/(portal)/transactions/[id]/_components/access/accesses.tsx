import Link from "next/link";
import { useTranslations } from "next-intl";
import { type AccessKind, accessKind } from "@/app/(portal)/transactions/[id]/_components/access/access-kind";
import { Icon, type IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import type { AccessLogItem } from "@/lib/audit/reading/access-logs";
import type { RecordView } from "@/lib/transactions/read/read-record";

const FIELDS = [
  "amount",
  "pricing",
  "settlement_details",
  "parties",
  "narrative",
  "external_references",
] as const;

const LOOKS: Readonly<Record<AccessKind, readonly [IconName, string]>> = {
  opened: ["eye", "text-accent"],
  copied: ["copy", "text-accent"],
  refused: ["stop", "text-oxblood"],
  asked: ["key", "text-ink-2"],
  read: ["log", "text-ink-2"],
  rewrapped: ["key", "text-accent"],
};

function Access({ item }: { item: AccessLogItem }) {
  const t = useTranslations("transactions.accesses");
  const names = useTranslations("domain.fields");
  const kind = accessKind(item);
  const [icon, tone] = LOOKS[kind];
  const fields = FIELDS.filter((field) => item.data_accessed.includes(field)).map((field) => names(field));
  return (
    <li className="flex gap-3 py-2">
      <Icon name={icon} className={`mt-[2px] ${tone}`} />
      <span className="min-w-0 grow">
        <span className="flex flex-wrap justify-between gap-x-3">
          <span className="break-words">
            {t(kind, { own: item.is_own === true ? "yes" : "no", who: item.by_name ?? item.participant_id })}
          </span>
          <span className="text-ink-2">
            <LocalTime instant={item.timestamp} form="minute" />
          </span>
        </span>
        {fields.length === 0 ? null : <span className="block text-ink-2">{fields.join(", ")}</span>}
      </span>
    </li>
  );
}

/** Who opened, copied or was refused what, newest first: as much of it as the reader may know. */
export function Accesses(props: { record: RecordView; mayReadLog: boolean; isParty: boolean }) {
  const t = useTranslations("transactions.accesses");
  const { accesses, accessCount, view } = props.record;
  return (
    <FactsSection title={t("title")}>
      {accesses.length === 0 ? (
        <p className="text-control text-ink-2">{t("nobody")}</p>
      ) : (
        <ul className="divide-y divide-line text-control">
          {accesses.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the log's lines have no id here, and never move
            <Access key={`${item.timestamp}-${index}`} item={item} />
          ))}
        </ul>
      )}
      {props.isParty ? <p className="mt-2 text-note text-ink-2">{t("ownOnly")}</p> : null}
      {props.mayReadLog && accessCount > accesses.length ? (
        <p className="mt-2 text-control">
          <Link
            href={`/audit?subject=transaction:${view.transaction_id}`}
            prefetch={false}
            className="underline underline-offset-4"
          >
            {t("all", { count: accessCount })}
          </Link>
        </p>
      ) : null}
    </FactsSection>
  );
}
