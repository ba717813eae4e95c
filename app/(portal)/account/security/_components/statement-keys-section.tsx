import { getTranslations } from "next-intl/server";
import { StatementKeys } from "@/app/(portal)/account/security/_components/statement-keys";
import { Words } from "@/components/messages/words";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getRosterStanding } from "@/lib/api-client/operations/roster";
import { loadPage } from "@/lib/http/page";
import { getRosterStanding as getStanding } from "@/lib/identity/roster/get-roster-standing";
import { getRuntime } from "@/lib/runtime";

/** The part of the account page about keys for statements; it loads itself and brings its words. */
export async function StatementKeysSection() {
  const { site } = await getRuntime();
  const result = await loadPage(getRosterStanding, "/confidential/account/roster", (cx) =>
    getStanding(cx, site.rpId),
  );
  if (!result.ok) {
    const t = await getTranslations("roster");
    return (
      <Section title={t("title")} id="statement-keys">
        <Notice tone="oxblood" icon="stop" title={t("notLoaded")} className="mt-4">
          <p>{result.problem.detail}</p>
        </Notice>
      </Section>
    );
  }
  return (
    <Words namespaces={["roster"]}>
      <StatementKeys standing={result.value} />
    </Words>
  );
}
