import Link from "next/link";
import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import type { ReadDocument, ReadPolicy } from "@/lib/policies/authoring/document-diff";
import type { DecidedBy } from "@/lib/policies/decided-by";
import type { RuleSince } from "@/lib/policies/rule-history";
import { CedarText, KindTag, RuleSentence } from "./sentences";

interface Shown {
  readonly document: ReadDocument;
  readonly title: string;
  /** Cedar text in the place of sentences. */
  readonly isText: boolean;
  /** Address of the page with these rules. */
  readonly path: string;
  /** Since when each rule is in force as it is, by its id; absent for a version that is not in force. */
  readonly since?: Readonly<Record<string, RuleSince>>;
  /** How often each rule decided in the last 30 days; absent for a version that is not in force. */
  readonly decided?: DecidedBy;
  /** Where a rule is changed; absent where it cannot be. */
  readonly editPath?: string;
}

function Rule({ policy, isText }: { policy: ReadPolicy; isText: boolean }) {
  return (
    <span id={`rule-${policy.id}`} className="block scroll-mt-6 py-1 font-normal">
      {isText ? (
        <CedarText text={policy.text} />
      ) : (
        <RuleSentence reading={policy.reading} text={policy.text} />
      )}
      <code className="mt-[2px] block font-mono text-ink-3 text-note">{policy.id}</code>
    </span>
  );
}

function Since({ since }: { since: RuleSince | undefined }) {
  const t = useTranslations("policies.rules");
  if (since === undefined) return null;
  return (
    <>
      <LocalTime instant={since.at} form="day" />
      {/* In one line where rows stack. */}
      <span className="tablet:hidden">, </span>
      <span className="text-ink-2 text-note tablet:block">{t("inVersion", { number: since.number })}</span>
    </>
  );
}

function Decided({ decided, id }: { decided: DecidedBy; id: string }) {
  const t = useTranslations("policies.rules");
  const count = decided.counts.get(id) ?? 0;
  return (
    <>
      {t("count", { count })}
      {decided.isWhole ? null : <span className="block text-ink-2 text-note">{t("counting")}</span>}
    </>
  );
}

/** Columns of the version in force: since when a rule is as it is, and what it decided. */
function useInForce({ since, decided }: Shown): Column<ReadPolicy>[] {
  const t = useTranslations("policies.rules");
  const changed: Column<ReadPolicy>[] =
    since === undefined
      ? []
      : [
          {
            key: "since",
            head: t("since"),
            className: "tablet:w-[136px]",
            cell: ({ id }) => <Since since={since[id]} />,
          },
        ];
  if (decided === undefined) return changed;
  return [
    ...changed,
    {
      key: "decided",
      head: t("decided"),
      isNumber: true,
      className: "tablet:w-[128px]",
      cell: ({ id }) => <Decided decided={decided} id={id} />,
    },
  ];
}

function useColumns(shown: Shown): Column<ReadPolicy>[] {
  const t = useTranslations("policies.rules");
  const { isText, editPath } = shown;
  const inForce = useInForce(shown);
  return [
    {
      key: "rule",
      head: t("rule"),
      isTitle: true,
      className: "tablet:w-[60%]",
      cell: (policy) => <Rule policy={policy} isText={isText} />,
    },
    {
      key: "kind",
      head: t("kind"),
      className: "tablet:w-[112px]",
      cell: ({ reading, text }) => <KindTag reading={reading} text={text} />,
    },
    {
      key: "examples",
      head: t("examples"),
      isNumber: true,
      className: "tablet:w-[96px]",
      cell: ({ examples }) => t("count", { count: examples.length }),
    },
    ...inForce,
    ...(editPath === undefined
      ? []
      : [
          {
            key: "act",
            head: t("change"),
            isHeadHidden: true,
            className: "tablet:w-[80px]",
            cell: ({ id }: ReadPolicy) => (
              <Link
                href={`${editPath}/${id}`}
                prefetch={false}
                aria-label={t("changeNamed", { id })}
                className="inline-flex min-h-[24px] items-center underline underline-offset-4"
              >
                {t("change")}
              </Link>
            ),
          },
        ]),
  ];
}

function Looks({ path, isText }: Pick<Shown, "path" | "isText">) {
  const t = useTranslations("policies.rules");
  const link = (key: "sentences" | "text", isCurrent: boolean) => (
    <Link
      href={key === "text" ? `${path}?as=text` : path}
      prefetch={false}
      scroll={false}
      aria-current={isCurrent ? "true" : undefined}
      className={`inline-flex min-h-[24px] items-center underline-offset-4 hover:underline ${isCurrent ? "font-semibold text-ink" : "text-ink-2"}`}
    >
      {t(key)}
    </Link>
  );
  return (
    <span className="flex gap-4">
      {link("sentences", !isText)}
      {link("text", isText)}
    </span>
  );
}

/** The rules of a set, as sentences or as Cedar text. */
export function RulesTable(shown: Shown) {
  const columns = useColumns(shown);
  const { document, title, path, isText } = shown;
  return (
    <Section title={title} action={<Looks path={path} isText={isText} />}>
      <Table caption={title} columns={columns} rows={document.policies} rowKey={({ id }) => id} />
    </Section>
  );
}
