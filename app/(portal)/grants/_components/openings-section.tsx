import { useTranslations } from "next-intl";
import { useFieldNamer } from "@/components/domain/field-names";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import type { GrantCopy, GrantOpening } from "@/lib/access/grants/opening-schema";
import type { GrantDetail } from "@/lib/access/grants/schema";

const SHOWN = 200;

type Act = GrantOpening | GrantCopy;

const LOOKS = {
  done: { icon: "eye", tone: "accent" },
  masked: { icon: "eye", tone: "accent" },
  copied: { icon: "copy", tone: "accent" },
  failed: { icon: "stop", tone: "oxblood" },
  intent: { icon: "clock", tone: "amber" },
} as const satisfies Record<string, Pick<TimelineItem, "icon" | "tone">>;

function kindOf(act: Act): keyof typeof LOOKS {
  if (!("outcome" in act)) return "copied";
  return act.outcome === "done" && act.level === "masked" ? "masked" : act.outcome;
}

function useActItem(grant: GrantDetail, reader: string): (act: Act) => TimelineItem {
  const t = useTranslations("grants.openings");
  const namesOf = useFieldNamer();
  const jobs = new Map(grant.jobs.map((job) => [job.transaction_id, job.job_id]));
  return (act) => {
    const kind = kindOf(act);
    const values = {
      own: act.by.handle === reader ? "yes" : "no",
      name: act.by.name,
      fields: namesOf(act.fields),
      job: jobs.get(act.transaction_id) ?? act.transaction_id,
    };
    return {
      key: `${act.entry_id}-${act.transaction_id}`,
      ...LOOKS[kind],
      text: t(kind, values),
      detail: (
        <span className="text-note">
          {t("entry")} <Digest value={act.entry_id} label={t("entry")} />
        </span>
      ),
      time: <LocalTime instant={act.at} form="minute" />,
    };
  };
}

/** Everything that was opened under the grant and every copy out of it, newest first. */
export function OpeningsSection({
  grant,
  reader,
}: {
  grant: GrantDetail;
  /** The reader's handle. */
  reader: string;
}) {
  const t = useTranslations("grants.openings");
  const item = useActItem(grant, reader);
  const acts = [...grant.openings, ...grant.copies].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <Section title={t("title")} count={acts.length}>
      {acts.length === 0 ? (
        <EmptyState title={t("none")} text={t("noneText")} />
      ) : (
        <Timeline items={acts.map(item)} />
      )}
      {Math.max(grant.openings.length, grant.copies.length) >= SHOWN ? (
        <p className="text-control text-ink-2">{t("full")}</p>
      ) : null}
    </Section>
  );
}
