import { useLocale, useTranslations } from "next-intl";
import { Words } from "@/components/messages/words";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import { Tag, type Tone } from "@/components/ui/tag";
import { formatCount } from "@/lib/format";
import type { Anchors, Quorum } from "@/lib/http/health/anchors";

const STEPS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Returns how long ago something was, in the largest whole unit: `5 minutes`. */
export function ageText(fromMs: number, toMs: number, locale: string): string {
  const seconds = Math.max(0, Math.round((toMs - fromMs) / 1_000));
  const [unit, size] = STEPS.find(([, length]) => seconds >= length) ?? (["second", 1] as const);
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.floor(seconds / size),
  );
}

/** Shows the age of an instant at the time when the page was read. */
function Age({ at, readAt }: { at: string; readAt: string }) {
  return <>{ageText(Date.parse(at), Date.parse(readAt), useLocale())}</>;
}

type Word = "witnessed" | "self-witnessed" | "unwitnessed" | "none" | "unknown";

const LOOKS: Readonly<
  Record<Word, { readonly tone: "accent" | "amber" | "oxblood"; readonly icon: IconName }>
> = {
  witnessed: { tone: "accent", icon: "check" },
  "self-witnessed": { tone: "amber", icon: "warning" },
  unwitnessed: { tone: "oxblood", icon: "stop" },
  none: { tone: "amber", icon: "clock" },
  unknown: { tone: "amber", icon: "warning" },
};

function wordOf({ checkpoint }: Anchors): Word {
  if (checkpoint === undefined) return "unknown";
  return checkpoint === null ? "none" : checkpoint.witnessed;
}

/** Shows whether witnesses vouch for the newest checkpoint, and whose witnesses they are. */
function Standing({ anchors }: { anchors: Anchors }) {
  const t = useTranslations("trust.vouchers");
  const locale = useLocale();
  const word = wordOf(anchors);
  const { checkpoint } = anchors;
  return (
    <Notice tone={LOOKS[word].tone} icon={LOOKS[word].icon} title={t(`words.${word}`)} className="mt-3">
      <p>{t(`texts.${word}`)}</p>
      {checkpoint === null || checkpoint === undefined ? null : (
        <p className="text-ink-2">
          {t("newest", { size: formatCount(checkpoint.size, locale) })} <LocalTime instant={checkpoint.at} />
        </p>
      )}
    </Notice>
  );
}

type Witness = Anchors["witnesses"][number];

function Kind({ kind }: { kind: Witness["kind"] }) {
  const t = useTranslations("trust.vouchers");
  const [tone, icon]: [Tone, IconName] = kind === "own" ? ["amber", "building"] : ["accent", "eye"];
  return (
    <Tag tone={tone} icon={icon}>
      {t(kind)}
    </Tag>
  );
}

function WitnessTable({ anchors }: { anchors: Anchors }) {
  const t = useTranslations("trust.vouchers");
  const locale = useLocale();
  const columns: Column<Witness>[] = [
    {
      key: "name",
      head: t("columns.name"),
      isTitle: true,
      cell: ({ name }) => <span className="wrap-anywhere">{name}</span>,
    },
    { key: "kind", head: t("columns.kind"), cell: ({ kind }) => <Kind kind={kind} /> },
    {
      key: "last",
      head: t("columns.last"),
      isNamed: true,
      cell: ({ last }) =>
        last === null ? (
          <span className="text-oxblood">{t("never")}</span>
        ) : (
          <>
            {t.rich("ago", { age: () => <Age at={last.at} readAt={anchors.readAt} /> })}
            <span className="block text-ink-2 text-note">
              <LocalTime instant={last.at} />
            </span>
          </>
        ),
    },
    {
      key: "size",
      head: t("columns.size"),
      isNumber: true,
      cell: ({ last }) => (last === null ? "–" : formatCount(last.size, locale)),
    },
  ];
  return (
    <Table caption={t("witnesses")} columns={columns} rows={anchors.witnesses} rowKey={({ name }) => name} />
  );
}

/** The witness rule in one sentence: how many own and independent witnesses must cosign, and how many there are. */
function Rule({ own, independent }: { own: Quorum; independent: Quorum }) {
  const t = useTranslations("trust.vouchers");
  if (own.needed + independent.needed === 0) return <>{t("rule.none")}</>;
  return (
    <>
      {t("rule.waits", {
        ownNeeded: own.needed,
        ownOf: own.of,
        needed: independent.needed,
        of: independent.of,
      })}
    </>
  );
}

function Stamp({ anchors }: { anchors: Anchors }) {
  const t = useTranslations("trust.vouchers.stamp");
  const locale = useLocale();
  const { authority, stamp, readAt } = anchors;
  return (
    <>
      <p className="pt-3 text-body">
        {authority === null ? t("notSetUp") : t("authority", { name: authority })}
      </p>
      <p className="mt-1 text-control text-ink-2">
        {stamp === null ? (
          authority === null ? null : (
            t("none")
          )
        ) : (
          <>
            {t.rich("last", {
              size: formatCount(stamp.size, locale),
              age: () => <Age at={stamp.at} readAt={readAt} />,
            })}{" "}
            <LocalTime instant={stamp.at} />
          </>
        )}
      </p>
    </>
  );
}

/** Shows who vouches for this log in addition to its own signer, on this instance now. */
export function Vouchers({ anchors }: { anchors: Anchors }) {
  const t = useTranslations("trust.vouchers");
  return (
    <Words namespaces={[]}>
      <Section title={t("title")}>
        <p className="pt-3 text-body text-ink-2">{t("text")}</p>
        <Standing anchors={anchors} />
        <div className="mt-6 grid gap-x-10 gap-y-6 facts:grid-cols-[minmax(0,1fr)_320px]">
          <Section level={3} title={t("witnesses")}>
            {anchors.witnesses.length === 0 ? (
              <p className="pt-3 text-body">{t("noWitness")}</p>
            ) : (
              <WitnessTable anchors={anchors} />
            )}
            <p className="pt-3 text-control text-ink-2">
              <Rule {...anchors.rule} />
            </p>
          </Section>
          <Section level={3} title={t("stamp.title")} className="facts:mt-0">
            <Stamp anchors={anchors} />
          </Section>
        </div>
      </Section>
    </Words>
  );
}
