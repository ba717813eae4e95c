import Link from "next/link";
import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Unbroken } from "@/components/ui/unbroken";
import { RequestState } from "@/lib/access/requests/schema";
import { saidKey } from "@/lib/notify/labels";
import type { Notification } from "@/lib/notify/schema";
import { MarkOne } from "./mark-all";

/** Returns the address of the page that shows the thing. */
function hrefOf({ kind, subject, reference }: Notification): string {
  switch (kind) {
    case "request":
      return `/requests/${subject}`;
    case "grant":
      return reference?.startsWith("BG-") === true ? `/break-glass/${subject}` : `/grants/${subject}`;
    case "transaction":
      return `/transactions/${subject}`;
    case "dispute":
      return `/disputes/${subject}`;
    case "key":
      return `/keys/${subject}`;
    case "notice":
      return "/notices";
    case "hold":
      return "/audit/holds";
    case "agreement":
      return `/agreements/${subject}`;
    case "roster":
      return "/roster";
    case "access_review":
      return `/access-review/${subject}`;
    case "erasure":
      return "/audit/erasures";
    case "authority":
      return "/admin/authorities";
    case "alert_address":
      return "/operations/addresses";
    case "alert_threshold":
      return "/operations/rules";
    case "policy":
      return reference === null ? "/policies" : `/policies/${reference}`;
    default:
      return "/keys";
  }
}

/** The notifications about one thing: the newest, and the earlier ones, newest first. */
export interface Thing extends Notification {
  readonly earlier: readonly Notification[];
}

/** Returns the ids of the unread notifications about a thing. */
function unreadOf({ earlier, ...newest }: Thing): string[] {
  return [newest, ...earlier].filter(({ read_at }) => read_at === null).map(({ id }) => id);
}

function Earlier({ thing, stateOf }: { thing: Thing; stateOf: (item: Notification) => string }) {
  const t = useTranslations("notify.notices");
  return (
    <details className="font-normal">
      <summary className="min-h-[24px] cursor-pointer text-ink-2 text-note">
        {t("earlier", { count: thing.earlier.length })}
      </summary>
      <ul className="text-ink-2 text-note">
        {thing.earlier.map((item) => (
          <li key={item.id}>
            {stateOf(item)}, <LocalTime instant={item.at} form="minute" />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Columns of the notifications, with one row for each thing. Rows with unread notifications are bold. */
export function useNotificationColumns(): Column<Thing>[] {
  const t = useTranslations("notify");
  const domain = useTranslations("domain");
  const nameOf = ({ kind, reference }: Notification) =>
    reference === null ? t(`kinds.${kind}`) : t("notices.named", { kind: t(`kinds.${kind}`), reference });
  const stateOf = ({ kind, state }: Notification) => {
    const request = RequestState.safeParse(state);
    return kind === "request" && request.success
      ? domain(`requestStates.${request.data}`)
      : t(`said.${saidKey(kind, state)}`);
  };
  return [
    {
      key: "what",
      head: t("notices.columns.what"),
      isTitle: true,
      cell: (item) => (
        <>
          <Link
            href={hrefOf(item)}
            prefetch={false}
            className={`underline decoration-line-2 underline-offset-4 hover:decoration-current ${unreadOf(item).length > 0 ? "font-semibold" : ""}`}
          >
            <Unbroken>{nameOf(item)}</Unbroken>
          </Link>
          <span className="font-normal">: {stateOf(item)}</span>
          {item.earlier.length === 0 ? null : <Earlier thing={item} stateOf={stateOf} />}
        </>
      ),
    },
    { key: "at", head: t("notices.columns.at"), cell: ({ at }) => <LocalTime instant={at} form="minute" /> },
    {
      key: "mark",
      head: t("notices.columns.mark"),
      isTool: true,
      cell: (item) =>
        unreadOf(item).length > 0 ? (
          <MarkOne ids={unreadOf(item)} what={nameOf(item)} />
        ) : (
          <span className="text-ink-2">{t("notices.read")}</span>
        ),
    },
  ];
}
