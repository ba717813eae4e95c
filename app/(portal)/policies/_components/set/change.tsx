import { useLocale, useTranslations } from "next-intl";
import { PeriodName } from "@/app/(portal)/_kit/period-table";
import { Section } from "@/components/ui/section";
import { Tag } from "@/components/ui/tag";
import { comparePeriods } from "@/lib/access/policy/retention";
import { formatCount } from "@/lib/format";
import {
  type ChangedPolicy,
  changedPolicies,
  changedSettings,
  type ReadDocument,
} from "@/lib/policies/authoring/document-diff";
import type { PolicySetView } from "@/lib/policies/schema";
import { ChangedRule, useSentenceLocale } from "../marked";

const LOOKS = {
  added: { tone: "accent", icon: "plus" },
  removed: { tone: "oxblood", icon: "nothing" },
  changed: { tone: "amber", icon: "pencil" },
} as const;

function Changed({ policy }: { policy: ChangedPolicy }) {
  const t = useTranslations("policies.change");
  const { change, segments, form, isSameRule, id } = policy;
  return (
    <li className="flex flex-col gap-1 border-line border-b py-3 last:border-b-0">
      <span className="flex flex-wrap items-baseline gap-x-3 text-note">
        <Tag tone={LOOKS[change].tone} icon={LOOKS[change].icon}>
          {t(`kinds.${change}`)}
        </Tag>
        <code className="font-mono text-ink-3">{id}</code>
        {isSameRule ? <span className="text-ink-2">{t("sameRule")}</span> : null}
      </span>
      <span className="max-w-[90ch] text-body">
        <ChangedRule segments={segments} isCode={form === "text"} />
      </span>
    </li>
  );
}

function Heading({ against }: { against: number | null }) {
  const t = useTranslations("policies.change");
  if (against === null) return t("title");
  return (
    <>
      {t("title")}{" "}
      <span className="ml-2 font-normal text-control text-ink-2">{t("against", { number: against })}</span>
    </>
  );
}

/** What a version changes in the one in force before it, rule by rule, and why. */
export function Change({
  set,
  document,
  base,
}: {
  set: PolicySetView;
  document: ReadDocument;
  base: ReadDocument | undefined;
}) {
  const byPortal = useTranslations("policies.byPortal");
  const t = useTranslations("policies.change");
  const names = useTranslations("policies.settings.names");
  const retention = useTranslations("policies.retention");
  const locale = useLocale();
  const sentences = useSentenceLocale();
  const policies = base === undefined ? [] : changedPolicies(base, document, sentences);
  const settings = base === undefined ? [] : changedSettings(base.settings, document.settings);
  const periods =
    base === undefined ? [] : comparePeriods(base.settings.retention, document.settings.retention);
  const isEmpty = policies.length + settings.length + periods.length === 0;
  return (
    <Section title={<Heading against={set.compared_with} />} id="change">
      {base === undefined ? <p className="py-3 text-control text-ink-2">{t("first")}</p> : null}
      {base !== undefined && isEmpty ? <p className="py-3 text-control text-ink-2">{t("none")}</p> : null}
      <ul>
        {policies.map((policy) => (
          <Changed key={policy.id} policy={policy} />
        ))}
        {settings.map(({ name, before, after }) => (
          <li key={name} className="border-line border-b py-3 text-body last:border-b-0">
            {names(name)}: <del className="text-ink-3">{formatCount(before, locale)}</del>{" "}
            <ins className="border-accent-line border-b bg-accent-wash font-semibold no-underline">
              {formatCount(after, locale)}
            </ins>
          </li>
        ))}
        {periods.map(({ kind, name, before, after }) => (
          <li key={`${kind} ${name}`} className="border-line border-b py-3 text-body last:border-b-0">
            {retention(kind === "class" ? "ofClass" : "ofRole")} <PeriodName of={kind} name={name} />:{" "}
            <del className="text-ink-3">{formatCount(before, locale)}</del>{" "}
            <ins className="border-accent-line border-b bg-accent-wash font-semibold no-underline">
              {retention("days", { count: after })}
            </ins>
          </li>
        ))}
      </ul>
      <p className="max-w-[80ch] whitespace-pre-line py-2 text-control text-ink-2">
        {set.author === null ? byPortal("reason") : t("reason", { reason: set.reason, author: set.author })}
      </p>
    </Section>
  );
}
