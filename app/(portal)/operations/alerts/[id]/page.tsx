import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { recordPage, type Shown } from "@/app/(portal)/_kit/record-page";
import { GuideBlocks } from "@/app/developers/_components/guide-blocks";
import { topicOf } from "@/components/domain/alert-topics";
import { EntryLink } from "@/components/domain/entry-link";
import { jobWords } from "@/components/domain/job-names";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection, Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getAlert as load } from "@/lib/alerts/list-alerts";
import type { Alert } from "@/lib/alerts/schema";
import { getAlert } from "@/lib/api-client/operations/alerts";
import { formatCount } from "@/lib/format";
import { findRunbook } from "@/lib/http/guides/read-guide";
import { AlertActs } from "../../_components/alert-acts";
import { AlertSubject, SeverityTag, StateTag } from "../../_components/alert-words";

function SideFacts({ alert }: { alert: Alert }) {
  const t = useTranslations("alertsPage");
  const locale = useLocale();
  const time = (at: string) => <LocalTime instant={at} form="minute" />;
  return (
    <FactsSection title={t("one.title")}>
      <Facts
        facts={[
          { name: t("columns.state"), value: <StateTag state={alert.state} /> },
          { name: t("columns.severity"), value: <SeverityTag severity={alert.severity} /> },
          { name: t("columns.subject"), value: <AlertSubject alert={alert} /> },
          { name: t("one.name"), value: <span className="wrap-anywhere font-mono">{alert.name}</span> },
          { name: t("columns.opened"), value: time(alert.opened_at) },
          { name: t("columns.seen"), value: time(alert.last_seen_at) },
          { name: t("columns.count"), value: formatCount(alert.count, locale) },
        ]}
      />
    </FactsSection>
  );
}

function History({ alert: { acknowledged, resolved } }: { alert: Alert }) {
  const t = useTranslations("alertsPage.one");
  if (acknowledged === null && resolved === null)
    return <p className="py-2 text-control text-ink-2">{t("noAct")}</p>;
  const line = (key: string, name: string, { by, at, note }: NonNullable<Alert["resolved"]>) => (
    <li key={key} className="py-2">
      <p className="text-control">
        <span className="text-ink-2">{name}</span> {by ?? t("auto")}, <LocalTime instant={at} form="minute" />
      </p>
      {note === null ? null : <p className="max-w-[80ch] whitespace-pre-line text-lead">{note}</p>}
    </li>
  );
  return (
    <ol>
      {acknowledged === null ? null : line("acknowledged", t("acknowledgedBy"), acknowledged)}
      {resolved === null ? null : line("resolved", t("resolvedBy"), resolved)}
    </ol>
  );
}

function Entries({ alert: { entries, count } }: { alert: Alert }) {
  const t = useTranslations("alertsPage.one");
  const locale = useLocale();
  if (entries.length === 0) return <p className="py-2 text-control text-ink-2">{t("noEntries")}</p>;
  return (
    <>
      {count > entries.length ? (
        <p className="pt-2 text-note text-ink-2">{t("more", { count: entries.length })}</p>
      ) : null}
      <ul className="flex flex-wrap gap-x-4 gap-y-1 py-2 text-control">
        {entries.map((seq) => (
          <li key={seq}>
            <EntryLink seq={seq} closedLog={null}>
              {t("entry", { seq: formatCount(seq, locale) })}
            </EntryLink>
          </li>
        ))}
      </ul>
    </>
  );
}

async function Runbook({ name }: { name: string }) {
  const t = await getTranslations("alertsPage.one");
  const found = await findRunbook(name);
  if (found === undefined) return <p className="py-2 text-control text-ink-2">{t("noRunbook", { name })}</p>;
  return (
    <Section title={t("runbook", { title: found.title })}>
      <div lang="en" className="min-w-0">
        <GuideBlocks blocks={found.blocks} title={found.title} from="runbooks" />
      </div>
    </Section>
  );
}

function Content({ value: alert }: Shown<Alert>) {
  const t = useTranslations("alertsPage");
  return (
    <>
      {alert.is_lasting ? <Notice tone="amber" icon="clock" title={t("lasting")} className="mb-6" /> : null}
      <Section title={t("one.what")}>
        <p className="max-w-[80ch] py-2 text-lead">{t(`topics.${topicOf(alert)}.text`)}</p>
      </Section>
      <Section title={t("one.history")}>
        <History alert={alert} />
      </Section>
      <Section title={t("one.entries")}>
        <Entries alert={alert} />
      </Section>
      <Runbook name={alert.runbook} />
    </>
  );
}

/** One alert: what it means, who acted on it, the entries that show it, and its runbook. */
const page = recordPage({
  operation: getAlert,
  load,
  title: async () => (await getTranslations("alertsPage.one"))("title"),
  above: async () => [
    { label: (await getTranslations("operations"))("title"), href: "/operations" },
    { label: (await getTranslations("alertsPage"))("title"), href: "/operations/alerts" },
  ],
  heading: async ({ value: alert }) => {
    const title = (await getTranslations("alertsPage.topics"))(`${topicOf(alert)}.title`, {
      job: jobWords(alert.name, await getTranslations("administration.background.jobs.names")),
    });
    return { crumb: title, title };
  },
  actions: ({ value: alert }) => <AlertActs alert={alert} />,
  live: ["alert"],
  facts: ({ value: alert }) => <SideFacts alert={alert} />,
  content: (shown) => <Content {...shown} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
