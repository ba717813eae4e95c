import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { StatementKeys } from "@/app/(portal)/account/security/_components/statement-keys/statement-keys";
import { useProblemWords } from "@/components/messages/problem-words";
import { Words } from "@/components/messages/words";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getRosterStanding } from "@/lib/api-client/operations/administration/roster";
import { loadPage, type PageProblem } from "@/lib/http/pages/page";
import type { AccountView } from "@/lib/identity/account/schema";
import { getRosterStanding as getStanding } from "@/lib/identity/roster/get-roster-standing";
import type { RosterStanding } from "@/lib/identity/roster/schema";
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

/** Whether the roster has or needs this person: only a party without a duty can do without it. */
function isOnRoster(
  standing: RosterStanding,
  { role, duties }: Pick<AccountView, "role" | "duties">,
): boolean {
  const isParty = role === "client" || role === "miner";
  const hasChange = standing.changes.length + standing.to_confirm.length > 0;
  return !isParty || duties.length > 0 || standing.signed_by !== "unlisted" || hasChange;
}

/**
 * The section of the account page about keys for statements. It loads its own data and messages. It is folded for a
 * person who needs it only if an administrator adds them to the roster.
 */
export async function StatementKeysSection({ account }: { account: Pick<AccountView, "role" | "duties"> }) {
  const [{ site }, t] = await Promise.all([getRuntime(), getTranslations("roster")]);
  const result = await loadPage(getRosterStanding, "/confidential/account/roster", (cx) =>
    getStanding(cx, site.rpId),
  );
  if (!result.ok) return <NotLoaded problem={result.problem} />;
  return (
    <Words namespaces={["roster"]}>
      {isOnRoster(result.value, account) ? (
        <StatementKeys standing={result.value} />
      ) : (
        <details>
          <summary className="min-h-touch cursor-pointer text-control text-ink-2">{t("folded")}</summary>
          <StatementKeys standing={result.value} />
        </details>
      )}
    </Words>
  );
}
