import { useTranslations } from "next-intl";
import { StatementKeys } from "@/app/(portal)/account/security/_components/statement-keys/statement-keys";
import { useProblemWords } from "@/components/messages/problem-words";
import { Words } from "@/components/messages/words";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getRosterStanding } from "@/lib/api-client/operations/administration/roster";
import { loadPage, type PageProblem } from "@/lib/http/pages/page";
import { getRosterStanding as getStanding } from "@/lib/identity/roster/get-roster-standing";
import { getRuntime } from "@/lib/runtime/slot";

function NotLoaded({ problem }: { problem: PageProblem }) {
  const t = useTranslations("roster");
  const words = useProblemWords();
  return (
    <Section title={t("title")} id="statement-keys">
      <Notice tone="oxblood" icon="stop" title={t("notLoaded")} className="mt-4">
        <p>{words(problem)}</p>
      </Notice>
    </Section>
  );
}

/** The section of the account page about keys for statements. It loads its own data and messages. */
export async function StatementKeysSection() {
  const { site } = await getRuntime();
  const result = await loadPage(getRosterStanding, "/confidential/account/roster", (cx) =>
    getStanding(cx, site.rpId),
  );
  if (!result.ok) return <NotLoaded problem={result.problem} />;
  return (
    <Words namespaces={["roster"]}>
      <StatementKeys standing={result.value} />
    </Words>
  );
}
