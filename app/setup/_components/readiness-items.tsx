import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { AskRules, CheckItem, EnterCode, RecordDrill, StateBackup } from "@/app/setup/_components/item-acts";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Tag, type Tone } from "@/components/ui/tag";
import type { ReadinessItem, ReadinessState } from "@/lib/administration/readiness/schema";
import type { SetupPeople } from "@/lib/administration/setup/schema";

const LOOKS: Readonly<Record<ReadinessState, { readonly tone: Tone; readonly icon: IconName }>> = {
  done: { tone: "accent", icon: "check" },
  open: { tone: "plain", icon: "open" },
  failed: { tone: "amber", icon: "warning" },
};

const AGENCY_PARTS = ["domain", "number", "contacts"] as const;

const PARTS = ["portal", "custodian", "signer", "witness"] as const;

/** What was found, in one line. */
function useDetail(): (item: ReadinessItem) => ReactNode {
  const t = useTranslations("setup");
  const lacking = ({ missing = "" }: ReadinessItem["facts"]) => ({
    missing: AGENCY_PARTS.filter((part) => missing.includes(part))
      .map((part) => t(`agencyParts.${part}`))
      .join(", "),
  });
  // Results of earlier releases name no part: they were about the portal.
  const named = ({ parts = "portal" }: ReadinessItem["facts"]) => ({
    parts: PARTS.filter((part) => parts.includes(part))
      .map((part) => t(`parts.${part}`))
      .join(", "),
  });
  // Facts are texts. Numbers that may exceed 999 are grouped as the language does it.
  const counted = ({ count = "0", size = "0", hours = "0" }: ReadinessItem["facts"]) => ({
    count: Number(count),
    size: Number(size),
    hours: Number(hours),
  });
  return ({ item, cause, facts }) => {
    if (cause !== null)
      return t(`causes.${cause}`, {
        ...facts,
        ...lacking(facts),
        ...named(facts),
        ...counted(facts),
        act: item,
      });
    if (item === "backup")
      return facts.statement === undefined
        ? t.rich("items.backup.done", {
            shares: facts.shares ?? "",
            day: () => <LocalTime instant={facts.tried ?? ""} form="day" />,
          })
        : t("items.backup.stated", { statement: facts.statement });
    if (item === "database_backup")
      return t.rich("items.database_backup.done", {
        ...counted(facts),
        time: () => <LocalTime instant={facts.made ?? ""} form="minute" />,
      });
    return t(`items.${item}.done`, { ...facts, ...counted(facts) });
  };
}

function To({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link
      href={href}
      prefetch={false}
      className="inline-flex min-h-touch items-center text-control underline underline-offset-4 tablet:min-h-bar"
    >
      {children}
    </Link>
  );
}

/** The guide that says how to do an item, where its acts do not name one. */
const GUIDES: Readonly<Partial<Record<ReadinessItem["item"], string>>> = {
  keys: "custody",
  backup: "root-key-backup",
  custodian: "deploying",
  mail: "notifications",
  scanner: "administrator#scanning-documents",
  agency: "agency",
  drill: "backup",
  witness: "witness",
  time_stamps: "witness#on-the-logs-side",
};

/** What a person can do about an item. */
function ItemActs({ item }: { item: ReadinessItem }) {
  const t = useTranslations("setup");
  const again = item.checked_at !== null;
  switch (item.item) {
    case "organisation":
    case "keys":
    case "custodian":
    case "scanner":
      return <CheckItem item={item.item} again={again} />;
    case "administrators":
      return <To href="/people">{t("facts.invite")}</To>;
    case "backup":
      return (
        <>
          <To href="/keys">{t("items.backup.make")}</To>
          <StateBackup />
        </>
      );
    case "policies":
      return (
        <>
          <To href="/developers/guides/access-rules">{t("items.policies.guide")}</To>
          {item.cause === "waiting" ? (
            <To href="/agreements">{t("items.policies.waiting")}</To>
          ) : (
            <AskRules version={item.facts.version ?? ""} />
          )}
        </>
      );
    case "mail":
      return (
        <>
          {item.cause === "code_sent" ? <EnterCode /> : null}
          <CheckItem item="mail" again={again} label={t("items.mail.send")} />
        </>
      );
    case "agency":
      return <To href="/organisations">{t("items.agency.add")}</To>;
    case "drill":
      return <RecordDrill />;
    case "database_backup":
      return <To href="/developers/guides/backup">{t("items.database_backup.guide")}</To>;
    case "alert_address":
      return <To href="/operations/addresses">{t("items.alert_address.add")}</To>;
    default:
      return null;
  }
}

function Item({ item, isUnfolded }: { item: ReadinessItem; isUnfolded: boolean }) {
  const t = useTranslations("setup");
  const detail = useDetail();
  const look = LOOKS[item.state];
  const title = t(`items.${item.item}.title`);
  const guide = GUIDES[item.item];
  return (
    <li className={isUnfolded ? "-mx-4 border-accent border-l-[3px] bg-accent-wash pr-4 pl-[13px]" : ""}>
      <details open={isUnfolded} className="border-line border-b">
        <summary className="flex cursor-pointer list-none items-start justify-between gap-x-6 py-3">
          <span className="min-w-0">
            <span className="block font-medium text-body">{title}</span>
            <span className="block break-words text-control text-ink-2">{detail(item)}</span>
          </span>
          <span className="shrink-0 tablet:w-40">
            <Tag tone={look.tone} icon={look.icon}>
              {t(`ready.states.${item.state}`)}
            </Tag>
          </span>
        </summary>
        <div className="max-w-[64ch] pb-4">
          <p className="text-control">{t(`items.${item.item}.why`)}</p>
          <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2">
            <ItemActs item={item} />
            {guide === undefined ? null : (
              <To href={`/developers/guides/${guide}`}>{t("ready.guide", { title })}</To>
            )}
            <span className="text-control text-ink-2">{t(`items.${item.item}.time`)}</span>
          </div>
          {item.checked_at === null ? null : (
            <p className="mt-2 text-note text-ink-2">
              {t.rich("ready.checked", {
                name: item.checked_by ?? "",
                time: () => <LocalTime instant={item.checked_at ?? ""} form="minute" />,
              })}
            </p>
          )}
        </div>
      </details>
    </li>
  );
}

/** Items of one line each. The first that is not done is unfolded, with why it matters, what to do, and how long it takes. */
export function ReadinessItems({
  items,
  people,
  isFolded = false,
}: {
  items: readonly ReadinessItem[];
  people: SetupPeople;
  isFolded?: boolean;
}) {
  // While one administrator is alone, the second one comes first and has a form of its own.
  const next = isFolded || people.is_open ? undefined : items.find(({ state }) => state !== "done")?.item;
  return (
    <ul>
      {items.map((item) => (
        <Item key={`${item.item} ${item.state}`} item={item} isUnfolded={item.item === next} />
      ))}
    </ul>
  );
}
