import { useTranslations } from "next-intl";
import { Section } from "@/components/ui/section";
import type { DryRunView } from "@/lib/policies/dry-run/schema";
import { DryRunState } from "./dry-run";
import { Figures } from "./figures";
import { Movers } from "./movers";
import { Past } from "./past";
import { Proof } from "./proof";
import { RetentionImpact } from "./retention-impact";

/** What a draft would do: the dry run, its figures, who loses and gains, the proof, and past decisions. */
export function Impact(props: { run: DryRunView | undefined; number: number; canStart: boolean }) {
  const t = useTranslations("policies.dryRun");
  const { run, number, canStart } = props;
  const result = run?.result ?? null;
  return (
    <Section title={t("title")} id="impact">
      <DryRunState run={run} number={number} canStart={canStart} />
      {run === undefined || result === null ? null : (
        <>
          <Figures result={result} />
          <Movers result={result} people={run.people} kind="losers" />
          <Movers result={result} people={run.people} kind="gainers" />
          <RetentionImpact changes={result.retention.changes} />
          <Proof run={run} result={result} />
          <Past result={result} />
        </>
      )}
    </Section>
  );
}
