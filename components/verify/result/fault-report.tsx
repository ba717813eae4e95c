import { useLocale, useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import { type FaultGroup, groupOf, mainFinding } from "@/lib/audit/bundle-verifier/report/advice";
import {
  type Finding,
  mildnessOf,
  type NearbyEntry,
  type Report,
} from "@/lib/audit/bundle-verifier/report/report";
import { formatCount } from "@/lib/format";
import { BlockDrawing } from "./block-drawing";
import { FaultDifference } from "./fault-difference";
import { differencesOf, wordsKey } from "./finding-words";

/** The second headline where only something is missing: nothing is shown to be changed, and what is not there. */
export function MissingOnly({ findings }: { findings: readonly { readonly detail: string }[] }) {
  const t = useTranslations("audit.verify.unfinished");
  return (
    <>
      {t("text")}{" "}
      <span lang="en" className="break-words">
        {findings.map(({ detail }) => detail).join("; ")}
      </span>
    </>
  );
}

function useFindingTitle(): (finding: Pick<Finding, "class" | "about" | "seq" | "until" | "logs">) => string {
  const t = useTranslations("audit.verify.classes");
  const locale = useLocale();
  return (finding) => {
    const key = wordsKey(finding);
    const seq = finding.seq === undefined ? "" : formatCount(finding.seq, locale);
    const until = finding.until === undefined ? "" : formatCount(finding.until, locale);
    const place = finding.seq === undefined ? "nowhere" : finding.until === undefined ? "entry" : "range";
    const { bundle = "", policy = "" } = finding.logs ?? {};
    return t(`${key}.title`, { place, seq, until, bundle, policy });
  };
}

function Nearby({ nearby }: { nearby: readonly NearbyEntry[] }) {
  const t = useTranslations("audit.verify.nearby");
  const locale = useLocale();
  const columns: Column<NearbyEntry>[] = [
    { key: "seq", head: t("entry"), isTitle: true, cell: ({ seq }) => formatCount(seq, locale) },
    {
      key: "at",
      head: t("time"),
      cell: ({ at }) => (at === undefined ? t("unknown") : <LocalTime instant={at} />),
    },
    {
      key: "class",
      head: t("kind"),
      cell: (one) => (one.class === undefined ? t("unknown") : `${one.class}, ${one.outcome ?? ""}`),
    },
    {
      key: "listed",
      head: t("listed"),
      isNamed: true,
      cell: ({ listed }) =>
        listed === undefined ? t("unknown") : <Digest value={listed} label={t("listed")} />,
    },
    {
      key: "own",
      head: t("own"),
      isNamed: true,
      cell: ({ own }) => (own === undefined ? t("notHere") : <Digest value={own} label={t("own")} />),
    },
    {
      key: "result",
      head: t("result"),
      cell: ({ isBad }) =>
        isBad ? (
          <Tag tone="oxblood" icon="stop">
            {t("bad")}
          </Tag>
        ) : (
          t("neighbour")
        ),
    },
  ];
  return <Table caption={t("title")} columns={columns} rows={nearby} rowKey={({ seq }) => String(seq)} />;
}

/** What is certain, what is not, what to do: three columns under their rules. */
export function ThreeAnswers({ group }: { group: FaultGroup | "verified" | "consistent" }) {
  const t = useTranslations("audit.verify.answers");
  return (
    <div className="mt-8 grid gap-x-8 tablet:grid-cols-3">
      {(["certain", "uncertain", "todo"] as const).map((which) => (
        <div key={which} className="mb-6">
          <Section title={t(which)} level={3}>
            <p className="pt-3 text-body text-ink-2">{t(`${group}.${which}`)}</p>
          </Section>
        </div>
      ))}
    </div>
  );
}

/**
 * The lines at the head: what the first fault is; or, where something is only missing, that nothing else is shown. Where
 * the container, a kept checkpoint or a receipt alone is the matter, that the entries themselves agree.
 */
function Headline({ report, main }: { report: Report; main: Finding }) {
  const t = useTranslations("audit.verify");
  const locale = useLocale();
  const titleOf = useFindingTitle();
  const mildness = mildnessOf(report);
  const isMissing = mildness === "unfinished";
  return (
    <div className="min-w-0 max-w-[680px]">
      <h3 className="font-semibold text-opened">{isMissing ? t("unfinished.title") : titleOf(main)}</h3>
      <p className="mt-1 text-body text-ink-2">
        {isMissing ? <MissingOnly findings={report.findings} /> : t(`classes.${wordsKey(main)}.text`)}
      </p>
      {isMissing || mildness === undefined ? null : (
        <p className="mt-1 text-body">
          {t(`mild.${mildness}`, { count: formatCount(report.entries, locale) })}
        </p>
      )}
    </div>
  );
}

/** A log or bundle that does not verify: the fault large, drawn in its place, between its neighbours. */
export function FaultReport({ report }: { report: Report }) {
  const t = useTranslations("audit.verify");
  const locale = useLocale();
  const titleOf = useFindingTitle();
  const main = mainFinding(report.findings);
  if (main === undefined) return null;
  const total = Math.max(report.size, report.entries, (main.seq ?? -1) + 1);
  const key = wordsKey(main);
  return (
    <>
      <div className="mt-4 border-oxblood border-t-[3px] pt-4">
        <div className="flex flex-wrap items-start justify-between gap-4">
          <div className="flex min-w-0 gap-4">
            <Icon name="stop" className="mt-1 size-6 text-oxblood" />
            <Headline report={report} main={main} />
          </div>
          <Tag tone="oxblood" icon="stop" isBoxed>
            {t(`classes.${key}.name`)}
          </Tag>
        </div>
      </div>
      {main.seq === undefined || total === 0 ? null : (
        <div className="mt-4 border-line border-t pt-4">
          <BlockDrawing
            total={total}
            done={total}
            bad={main.seq}
            badLabel={t("entryLabel", { seq: formatCount(main.seq, locale) })}
          />
        </div>
      )}
      {report.nearby.length === 0 ? null : (
        <Section title={t("nearby.title")} level={3}>
          <Nearby nearby={report.nearby} />
          <FaultDifference differences={differencesOf(report)} />
        </Section>
      )}
      <ThreeAnswers group={groupOf(main)} />
      <Section title={t("allFindings")} count={report.findings.length} level={3}>
        <ul className="grid gap-1 pt-3 text-control">
          {report.findings.map((finding, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two findings may say the same
            <li key={at} className="flex flex-wrap gap-x-3">
              <span className="font-medium">{titleOf(finding)}</span>
              <span lang="en" className="break-words text-ink-2">
                {finding.detail}
              </span>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
