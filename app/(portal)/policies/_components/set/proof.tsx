import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { DownloadLink } from "@/components/client/download-link";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { Tag } from "@/components/ui/tag";
import { formatDecimal } from "@/lib/format";
import { exampleLine } from "@/lib/policies/authoring/example-sentence";
import type { DryRunResult, DryRunView } from "@/lib/policies/dry-run/schema";
import { useSentenceLocale } from "../marked";

const LOOKS = {
  proved: { tone: "accent", icon: "check" },
  counterexample: { tone: "oxblood", icon: "warning" },
  undecided: { tone: "amber", icon: "help" },
} as const;

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h4 className="font-semibold text-control">{title}</h4>
      <div className="mt-1 text-control text-ink-2">{children}</div>
    </div>
  );
}

/** The case that the solver found, which Cedar has decided both ways. */
function Found({ proof }: { proof: DryRunResult["proof"] }) {
  const t = useTranslations("policies.proof");
  const locale = useSentenceLocale();
  const { counterexample: found } = proof;
  if (found === null) return null;
  return (
    <Notice tone="oxblood" icon="warning" className="mt-3" title={t("found")}>
      <p className="text-body">{locale === "en" ? found.sentence : exampleLine(found.facts, locale)}</p>
      <p className="mt-1">
        {t("foundBy", { policies: found.policies.join(", ") })}{" "}
        {found.refused_by.length === 0
          ? t("notPermitted")
          : t("refusedBy", { policies: found.refused_by.join(", ") })}
      </p>
    </Notice>
  );
}

/** What the solver says about new permissions: no one gains, a case where someone does, or no answer. */
export function Proof({ run, result }: { run: DryRunView; result: DryRunResult }) {
  const t = useTranslations("policies.proof");
  const locale = useLocale();
  const { proof } = result;
  const { outcome } = proof;
  const path = `/confidential/policies/${run.number}/dry-runs/${run.id}/questions`;
  const actions = Object.keys(proof.questions);
  return (
    <Section
      title={t(`titles.${outcome}`)}
      level={3}
      className="mt-6"
      action={
        <Tag tone={LOOKS[outcome].tone} icon={LOOKS[outcome].icon}>
          {t(`tags.${outcome}`)}
        </Tag>
      }
    >
      <Found proof={proof} />
      {outcome === "undecided" ? (
        <Notice tone="amber" icon="help" className="mt-3" title={t("undecided")}>
          {proof.why === null ? null : <p>{proof.why.detail}</p>}
        </Notice>
      ) : null}
      <div className="grid gap-x-8 gap-y-4 py-3 tablet:grid-cols-3">
        <Part title={t("what")}>{t("whatText", { number: run.number, base: result.base })}</Part>
        <Part title={t("given")}>{t("givenText")}</Part>
        <Part title={t("check")}>
          {t("checkText", {
            count: actions.length,
            seconds: formatDecimal((proof.ms / 1000).toFixed(1), locale),
          })}
          <span className="flex flex-wrap gap-x-2">
            {actions.map((action) => (
              <DownloadLink key={action} href={`${path}?action=${action}`} look="quiet" size="bar">
                {t(`questions.${action as "open"}`)}
              </DownloadLink>
            ))}
          </span>
        </Part>
      </div>
    </Section>
  );
}
