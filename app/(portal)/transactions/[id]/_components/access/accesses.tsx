import Link from "next/link";
import { useTranslations } from "next-intl";
import { useFieldNames } from "@/components/domain/field-names";
import { Icon, type IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import type { AccessLogItem } from "@/lib/audit/reading/access-logs";
import type { RecordView } from "@/lib/transactions/read/read-record";
import { Role } from "@/lib/vocabulary";

/** What one line of the accesses shows. `asked`: a proof had grown old, so the portal asked for a fresh one. */
type AccessKind = "opened" | "masked" | "copied" | "refused" | "asked" | "read" | "rewrapped";

export function accessKind({ action, success, error, level }: AccessLogItem): AccessKind {
  if (!success) return error === "auth.step-up" ? "asked" : "refused";
  if (action === "disclosure.copy") return "copied";
  if (action === "disclosure.rewrap") return "rewrapped";
  if (action !== "disclosure.open") return "read";
  return level === "masked" ? "masked" : "opened";
}

const LOOKS: Readonly<Record<AccessKind, readonly [IconName, string]>> = {
  opened: ["eye", "text-accent"],
  masked: ["eye", "text-ink-2"],
  copied: ["copy", "text-accent"],
  refused: ["stop", "text-oxblood"],
  asked: ["key", "text-ink-2"],
  read: ["log", "text-ink-2"],
  rewrapped: ["key", "text-accent"],
};

/** Kinds whose sentence names the fields. For all others the fields follow it. */
const WITH_FIELDS: ReadonlySet<AccessKind> = new Set<AccessKind>(["opened", "masked", "copied"]);

/** Returns how a line names its person: by name where the reader knows it, otherwise by organisation and role. */
function useWho(): (item: AccessLogItem) => string {
  const t = useTranslations("transactions.accesses");
  const roles = useTranslations("portal.roles");
  return ({ by_name: name, by_organisation: organisation, by_role: given }) => {
    if (name !== undefined) return name;
    const role = Role.safeParse(given).data;
    if (organisation === undefined || role === undefined) return t("unknown");
    // Without the second word of the role: the sentence has its own parentheses.
    return t("unnamed", { organisation, role: roles(role).replace(/ \(.+\)$/, "") });
  };
}

function Access({ item, own }: { item: AccessLogItem; own: string | undefined }) {
  const t = useTranslations("transactions.accesses");
  const whoOf = useWho();
  const fields = useFieldNames(item.data_accessed);
  const kind = accessKind(item);
  const [icon, tone] = LOOKS[kind];
  // The custodian wraps for a participant's key, which is not one person's.
  const isWrap = kind === "rewrapped";
  const isOwn = isWrap ? item.participant_id === own : item.is_own === true;
  const who = isWrap ? item.participant_id : whoOf(item);
  return (
    <li className="flex gap-3 py-2">
      <Icon name={icon} className={`mt-[2px] ${tone}`} />
      <span className="min-w-0 grow">
        <span className="flex flex-wrap justify-between gap-x-3">
          <span className="break-words">{t(kind, { own: isOwn ? "yes" : "no", who, fields })}</span>
          <span className="text-ink-2">
            <LocalTime instant={item.timestamp} form="minute" />
          </span>
        </span>
        {WITH_FIELDS.has(kind) || item.data_accessed.length === 0 ? null : (
          <span className="block text-ink-2">{fields}</span>
        )}
      </span>
    </li>
  );
}

/** The accesses in their order; `own` is the reader's participant. */
export function AccessLines({ items, own }: { items: readonly AccessLogItem[]; own: string | undefined }) {
  return (
    <ul className="divide-y divide-line text-control">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the log's lines have no id here, and never move
        <Access key={`${item.timestamp}-${index}`} item={item} own={own} />
      ))}
    </ul>
  );
}

/**
 * Who opened, saw masked, copied or was refused what, newest first, as much of it as the reader may know. `own` is the
 * reader's participant.
 */
export function Accesses(props: {
  record: Pick<RecordView, "accesses" | "accessCount"> & {
    readonly view: Pick<RecordView["view"], "transaction_id">;
  };
  own: string | undefined;
  mayReadLog: boolean;
  isParty: boolean;
}) {
  const t = useTranslations("transactions.accesses");
  const { accesses, accessCount, view } = props.record;
  return (
    <FactsSection title={t("title")}>
      {accesses.length === 0 ? (
        <p className="text-control text-ink-2">{t("none")}</p>
      ) : (
        <AccessLines items={accesses} own={props.own} />
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
