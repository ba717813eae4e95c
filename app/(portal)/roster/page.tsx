import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { LiveRefresh } from "@/components/client/live-refresh";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import { getRoster } from "@/lib/api-client/operations/administration/roster";
import { loadPage } from "@/lib/http/pages/page";
import { getRoster as load } from "@/lib/identity/roster/get-roster";
import type { RosterPage } from "@/lib/identity/roster/schema";
import { getRuntime } from "@/lib/runtime/slot";
import {
  changeInForce,
  FirstRoster,
  ListedSection,
  MissingSection,
  PastSection,
} from "./_components/roster-sections";
import { SignRecovery } from "./_components/sign-recovery";
import { VersionSection } from "./_components/version-section";

function RosterFacts({ roster }: { roster: RosterPage }) {
  const t = useTranslations("roster.page");
  const entries = useTranslations("roster.past");
  if (roster.version === undefined || roster.digest === undefined) return null;
  // The first version was made at the custodian: it has no change in the portal.
  const change = changeInForce(roster);
  const names = (people: readonly { readonly name: string }[]) => people.map(({ name }) => name).join(", ");
  const confirmers = roster.people.filter((one) => one.may_confirm);
  return (
    <FactsSection title={t("inForce")}>
      <Facts
        facts={[
          { name: t("version"), value: roster.version },
          { name: t("digest"), value: <Digest value={roster.digest} label={t("digest")} isWhole /> },
          ...(change === undefined
            ? []
            : [
                { name: t("changed"), value: names(change.concerned ?? []) },
                { name: entries("signed"), value: names(change.agreements) },
                {
                  name: t("since"),
                  value: <LocalTime instant={change.ended_at ?? change.created_at} form="minute" />,
                },
              ]),
          { name: t("peopleCount"), value: roster.people.length },
          { name: t("confirmers"), value: names(confirmers) },
        ]}
      />
    </FactsSection>
  );
}

export async function generateMetadata() {
  return { title: (await getTranslations("roster.page"))("title") };
}

/** The custodian's roster: who is on it, who is missing and why, and the version that waits for signatures. */
export default async function RosterRoute() {
  const t = await getTranslations("roster.page");
  const { site } = await getRuntime();
  const result = await loadPage(getRoster, getRoster.path, (cx) => load(cx, site.rpId));
  const title = t("title");
  if (!result.ok) return <ProblemPage problem={result.problem} section={{ label: title, href: "/roster" }} />;
  const { value: roster, principal } = result;
  const open = roster.changes.filter(({ state }) => state === "pending");
  return (
    <PageFrame
      crumbs={[{ label: title }]}
      title={title}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: getRoster.path }}
      facts={<RosterFacts roster={roster} />}
    >
      <LiveRefresh kinds={["roster"]} />
      {roster.version === undefined ? <FirstRoster roster={roster} /> : null}
      {open.map((change) => (
        <VersionSection
          key={change.id}
          change={change}
          signing={roster.signing}
          isOwn={change.person === principal.handle}
        />
      ))}
      {roster.version === undefined ? null : (
        <>
          <MissingSection roster={roster} isOpen={open.length > 0} />
          <ListedSection people={roster.people} />
          <PastSection roster={roster} />
          {roster.signing.credential_ids.length === 0 ? null : (
            <SignRecovery person={principal.handle} signing={roster.signing} />
          )}
        </>
      )}
    </PageFrame>
  );
}
